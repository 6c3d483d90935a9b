import { brotliCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readConsentEnvironment } from "../../functions/platform/consent-environment.ts";
import { StartUpError } from "../../functions/platform/environment.ts";

/** Why a function does not start. */
function refusalOf(variables: Record<string, string>): string {
  try {
    readConsentEnvironment(variables);
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
  throw new Error("It starts.");
}

describe("the consent functions", () => {
  test("call the company by its name", () => {
    const variables = {
      CONSENT_BASE_URL: "https://vend.example",
      CONSENT_REQUESTER: " Müller & Søn ",
    };
    expect(readConsentEnvironment(variables)).toEqual({
      baseUrl: "https://vend.example",
      requester: {
        ...{ name: "Müller & Søn", contact: null, privacyUrl: null, logo: null, timeZone: "UTC" },
      },
    });
  });

  test.each([undefined, "", " "])("call it by the callback host where the name is %j", (name) => {
    const variables = {
      CONSENT_BASE_URL: "https://vend.example:8443/pages",
      ...(name === undefined ? {} : { CONSENT_REQUESTER: name }),
    };
    expect(readConsentEnvironment(variables).requester.name).toBe("vend.example");
  });

  test.each(["https://vend.example/prod", "http://127.0.0.1:3000", "http://localhost:3000"])(
    "are reached at %s",
    (baseUrl) => {
      expect(readConsentEnvironment({ CONSENT_BASE_URL: baseUrl }).baseUrl).toBe(baseUrl);
    },
  );

  test("do not start without an address", () => {
    expect(refusalOf({})).toBe("CONSENT_BASE_URL is missing.");
  });

  test.each([
    "vend.example",
    "http://vend.example",
    "https://vend.example/",
    "https://vend.example?",
    "https://vend.example?x=1",
    "https://vend.example#x",
    "https://user@vend.example",
    "https://vend.example/a b",
    "https://vend.example\n",
    "javascript:alert(1)",
  ])("do not start with the address %j", (baseUrl) => {
    expect(refusalOf({ CONSENT_BASE_URL: baseUrl })).toMatch(/^CONSENT_BASE_URL must be an https/);
  });

  test.each(["a".repeat(81), "Acme\nLtd", "Acme\u202eLtd", "Acme\u2028Ltd"])(
    "do not start with the name %j",
    (name) => {
      const variables = { CONSENT_BASE_URL: "https://vend.example", CONSENT_REQUESTER: name };
      expect(refusalOf(variables)).toMatch(/^CONSENT_REQUESTER must be a name/);
    },
  );

  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>';
  const png = `data:image/png;base64,${Buffer.from("89504e470d0a1a0a00", "hex").toString("base64")}`;
  const asAddress = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;

  test.each([
    ["CONSENT_CONTACT", "help@acme.example", { contact: { url: "mailto:help@acme.example" } }],
    ["CONSENT_CONTACT", "+64 4 123 4567", { contact: { url: "tel:+6441234567" } }],
    [
      "CONSENT_CONTACT",
      "https://acme.example/help",
      { contact: { url: "https://acme.example/help" } },
    ],
    ["CONSENT_PRIVACY_URL", "https://acme.example/p", { privacyUrl: "https://acme.example/p" }],
    ["CONSENT_LOGO", svg, { logo: asAddress }],
    ["CONSENT_LOGO", `br:${brotliCompressSync(svg).toString("base64")}`, { logo: asAddress }],
    ["CONSENT_LOGO", png, { logo: png }],
    ["CONSENT_TIME_ZONE", "Pacific/Auckland", { timeZone: "Pacific/Auckland" }],
  ])("take %s as %s", (name, value, expected) => {
    const variables = { CONSENT_BASE_URL: "https://vend.example", [name]: value };
    expect(readConsentEnvironment(variables).requester).toMatchObject(expected);
  });

  test.each([
    ["CONSENT_CONTACT", "call us"],
    ["CONSENT_CONTACT", "http://acme.example"],
    ["CONSENT_CONTACT", "javascript:alert(1)"],
    ["CONSENT_CONTACT", "help@acme.example?bcc=x"],
    ["CONSENT_PRIVACY_URL", "http://acme.example"],
    ["CONSENT_PRIVACY_URL", "https://user@acme.example"],
    ["CONSENT_PRIVACY_URL", "https://acme.example/\u202e"],
    ["CONSENT_LOGO", "https://acme.example/logo.svg"],
    ["CONSENT_LOGO", "data:text/html;base64,PGI+"],
    ["CONSENT_LOGO", '<svg><!DOCTYPE x [<!ENTITY a "b">]></svg>'],
    ["CONSENT_LOGO", "br:not-brotli"],
    ["CONSENT_TIME_ZONE", "Mars/Olympus"],
  ])("do not start with %s as %j", (name, value) => {
    const variables = { CONSENT_BASE_URL: "https://vend.example", [name]: value };
    expect(refusalOf(variables)).toMatch(new RegExp(`^${name} (must|is damaged)`));
  });
});
