import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConsentEnvironment } from "../../functions/platform/consent-environment.ts";
import { readLogo, requesterVariables } from "../../infra/consent-requester.ts";

const folder = mkdtempSync(join(tmpdir(), "token-vending-logo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function logoFile(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const shape = '<circle cx="10" cy="10" r="9" fill="#123c69"/>';
const svg = `<svg xmlns="http://www.w3.org/2000/svg">${shape}</svg>`;

/** What the functions show as logo. */
function shownLogo(path: string): string {
  const variables = requesterVariables({ logo: readLogo(path) });
  const address = "https://consents.example";
  return readConsentEnvironment({ ...variables, CONSENT_BASE_URL: address }).requester.logo ?? "";
}

test("a logo is what its file has, without what may stand before an SVG", () => {
  const path = logoFile("logo.svg", `<?xml version="1.0"?>\n<!-- drawn -->\n${svg}\n`);
  const [, base64 = ""] = shownLogo(path).split("base64,");
  expect(Buffer.from(base64, "base64").toString()).toBe(svg);
  const png = Buffer.from("89504e470d0a1a0a0000", "hex");
  expect(shownLogo(logoFile("logo.png", png))).toBe(
    `data:image/png;base64,${png.toString("base64")}`,
  );
});

test("a long drawing is compressed, so that it fits beside the other variables", () => {
  const drawing = svg.replace(shape, shape.repeat(200));
  const path = logoFile("long.svg", drawing);
  expect(requesterVariables({ logo: readLogo(path) }).CONSENT_LOGO?.length).toBeLessThan(500);
  const [, base64 = ""] = shownLogo(path).split("base64,");
  expect(Buffer.from(base64, "base64").toString()).toBe(drawing);
});

test("a picture that is too large is refused, with what to do", () => {
  const bytes = Buffer.from(
    Array.from({ length: 4000 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256),
  );
  const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), bytes]);
  const noise = Buffer.from(png.map((byte, i) => (i < 8 ? byte : (byte * 31 + i ** 3) % 256)));
  expect(() => requesterVariables({ logo: readLogo(logoFile("large.png", noise)) })).toThrow(
    /CONSENT_LOGO would take \d+ bytes.*Simplify the picture in consentLogo\./,
  );
});

test.each([
  [{ contact: "call us" }, /CONSENT_CONTACT must be/],
  [{ privacyUrl: "http://acme.example" }, /CONSENT_PRIVACY_URL must be/],
  [{ timeZone: "Mars/Olympus" }, /CONSENT_TIME_ZONE must be/],
  [{ logo: "<p>no picture</p>" }, /CONSENT_LOGO must be/],
])("what the functions would not start with is not synthesized: %j", (requester, message) => {
  expect(() => requesterVariables(requester)).toThrow(message);
});

test("a logo that cannot be read names the setting", () => {
  expect(() => readLogo(join(folder, "none.svg"))).toThrow(/The setting consentLogo must be/);
});
