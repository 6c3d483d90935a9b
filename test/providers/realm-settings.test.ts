import { describe, expect, test } from "vitest";
import { maxDeadlineMs } from "../../functions/model/time-limits.ts";
import { StartUpError } from "../../functions/platform/environment.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import { leaseMs } from "../../functions/vending/issuing/lease.ts";

type Settings = Readonly<Record<string, unknown>>;

const environment = "production";
const tokenUrl = "https://a.example/token";
const apiBaseUrl = "https://a.example";
const authorizeUrl = "https://a.example/authorize";
const jwksUrl = "https://a.example/jwks";
const issuer = "https://issuer.example/pool-1";

const conferma = { provider: "conferma", environment, tokenUrl };
const ordinary = { provider: "client-credentials", environment, tokenUrl };
const send = { provider: "send-payments", environment, tokenUrl };
const key = { provider: "static-key", environment, headerName: "X-Acme-Key" };
const cfis = { provider: "cfis", environment, apiBaseUrl };
const centrapay = {
  provider: "centrapay-user",
  environment,
  issuer,
  authorizeUrl,
  tokenUrl,
  jwksUrl,
};
const connectpay = { provider: "connectpay", environment, authorizeUrl, tokenUrl };
const code = { provider: "authorization-code", environment, authorizeUrl, tokenUrl };

/** Why these settings are refused. */
function refusalOf(settings: Settings): string {
  try {
    readRealm(JSON.stringify(settings));
  } catch (error) {
    if (error instanceof StartUpError) return error.message;
    throw error;
  }
  throw new Error("They are accepted.");
}

describe("a realm's settings", () => {
  test.each<[rule: string, settings: Settings, key: string]>([
    ["name a provider that exists", { ...conferma, provider: "confirma" }, "provider"],
    [
      "name an environment in small letters",
      { ...conferma, environment: "Production" },
      "environment",
    ],
    ["… of one segment", { ...conferma, environment: "a/b" }, "environment"],
    ["… and something at all", { ...conferma, environment: "" }, "environment"],
    ["… of at most 63 signs", { ...conferma, environment: "a".repeat(64) }, "environment"],
    ["… without a line feed", { ...conferma, environment: "production\n" }, "environment"],
    ["know two encodings", { ...conferma, basicEncoding: "RAW" }, "basicEncoding"],
    [
      "know two ways of client authentication",
      { ...ordinary, clientAuthentication: "both" },
      "clientAuthentication",
    ],
    ["know two effects of an issue", { ...ordinary, onIssue: "revokes" }, "onIssue"],
    ["renew early by whole seconds", { ...ordinary, earlySeconds: 0.5 }, "earlySeconds"],
    ["… no less than none", { ...ordinary, earlySeconds: -1 }, "earlySeconds"],
    ["hand over by whole seconds", { ...send, handoverSeconds: 1.5 }, "handoverSeconds"],
    ["… no less than none", { ...send, handoverSeconds: -1 }, "handoverSeconds"],
    ["… as numbers", { ...send, handoverSeconds: "20" }, "handoverSeconds"],
    ["leave a margin of whole milliseconds", { ...conferma, marginMs: 0.5 }, "marginMs"],
    ["… no less than none", { ...conferma, marginMs: -1 }, "marginMs"],
    ["… no more than a minute", { ...conferma, marginMs: 60_001 }, "marginMs"],
    ["give a call at least a tenth of a second", { ...conferma, deadlineMs: 99 }, "deadlineMs"],
    ["… whole milliseconds", { ...conferma, deadlineMs: 1000.5 }, "deadlineMs"],
    ["… no more than a lease allows", { ...conferma, deadlineMs: 20_001 }, "deadlineMs"],
    ["name a header that can be sent", { ...key, headerName: "X Key" }, "headerName"],
    ["… without a line break", { ...key, headerName: "X-Key\r\nX-Evil" }, "headerName"],
    ["… and something at all", { ...key, headerName: "" }, "headerName"],
    ["name a scheme of one word", { ...key, scheme: "Two words" }, "scheme"],
    ["… without a line break", { ...key, scheme: "Token\n" }, "scheme"],
    [
      "name headers that can be sent",
      { ...conferma, extraHeaders: { "X Y": "1" } },
      "extraHeaders.X Y",
    ],
    [
      "… with values without a line break",
      { ...conferma, extraHeaders: { "X-Y": "a\r\nX-Evil: 1" } },
      "extraHeaders.X-Y",
    ],
    ["… of text", { ...conferma, extraHeaders: { "X-Y": 1 } }, "extraHeaders.X-Y"],
    ["name a probe by its path", { ...cfis, probePath: "https://b.example/" }, "probePath"],
    ["name a probe only where they say whom to ask", { ...key, probePath: "/me" }, "probePath"],
    [
      "ask for psd2 scopes, or for others, and never for both",
      { ...connectpay, scopes: ["psd2-ais", "ob-as"] },
      "scopes",
    ],
    ["ask ConnectPay for something", { ...connectpay, scopes: [] }, "scopes"],
    ["name scopes one by one", { ...connectpay, scopes: ["psd2-ais psd2-pis"] }, "scopes.0"],
    ["… without quotes", { ...code, scopes: ['a"b'] }, "scopes.0"],
    [
      "name ConnectPay's parameter by a word",
      { ...connectpay, flowIdParameter: "a&b" },
      "flowIdParameter",
    ],
    ["ask Centrapay who it is", { ...centrapay, scopes: ["phone"] }, "scopes"],
    ["ask any issuer who it is", { ...code, issuer, jwksUrl, scopes: ["read"] }, "scopes"],
    ["name an issuer with its keys", { ...code, issuer }, "jwksUrl"],
    ["name keys with their issuer", { ...code, jwksUrl }, "issuer"],
    ["name an issuer by a safe address", { ...centrapay, issuer: "issuer.example" }, "issuer"],
    [
      "present a token in a header that can be sent",
      { ...code, presentation: { headerName: "X Y" } },
      "presentation.headerName",
    ],
    [
      "… behind a scheme of one word",
      { ...code, presentation: { headerName: "X-Y", scheme: "a b" } },
      "presentation.scheme",
    ],
  ])("%s", (_, settings, named) => {
    expect(refusalOf(settings)).toContain(`REALM: ${named}: `);
  });

  test.each<[settings: Settings, refusal: string]>([
    [
      { ...cfis, tokenUrl: undefined, apiBaseURL: apiBaseUrl },
      "apiBaseURL: is unknown; did you mean apiBaseUrl? There are provider, environment, deadlineMs, marginMs, extraHeaders, accountHeaders, privateNetworks, apiBaseUrl, probePath",
    ],
    // It is what is missing, too.
    [
      { provider: "cfis", environment, api_base_url: apiBaseUrl },
      "api_base_url: is unknown; did you mean apiBaseUrl?",
    ],
    [{ ...code, authUrl: authorizeUrl }, "authUrl: is unknown; did you mean authorizeUrl?"],
    [{ ...code, scope: ["read"] }, "scope: is unknown; did you mean scopes?"],
    [{ ...key, secret: "x" }, "secret: is unknown. There are provider,"],
    [{ ...key, "": "x" }, ": is unknown. There are provider,"],
    [
      { ...code, presentation: { headername: "X-Access" } },
      "presentation.headername: is unknown; did you mean headerName? There are headerName, scheme",
    ],
    [{ ...code, presentation: "X-Access" }, "presentation: "],
    [{ ...key, headerName: undefined }, "headerName: is missing"],
    [
      { ...conferma, provider: "confirma" },
      "provider: is unknown; did you mean conferma? There are conferma, send-payments,",
    ],
    [{ environment }, "provider: is missing"],
  ])("%j is refused in words", (settings, refusal) => {
    expect(refusalOf(settings)).toContain(`REALM: ${refusal}`);
    expect(refusalOf(settings)).not.toContain("Expected never");
  });

  test.each(["__proto__", "constructor", "toString"])("never has a key like %s", (name) => {
    const settings = JSON.stringify(conferma).replace("{", `{"${name}":{},`);
    expect(refusalOf(JSON.parse(settings))).toContain(`REALM: ${name}: is unknown`);
  });

  test("may have scopes other than psd2 ones", () => {
    const settings = { ...connectpay, scopes: ["ob-as", "ob-ps"] };
    expect(readRealm(JSON.stringify(settings))).toMatchObject({ scopes: ["ob-as", "ob-ps"] });
  });

  test("present the token alone where they name a header without a scheme", () => {
    const settings = { ...code, presentation: { headerName: "X-Access" } };
    const presentation = { headerName: "X-Access", scheme: null };
    expect(readRealm(JSON.stringify(settings))).toMatchObject({ presentation });
  });

  test("may have a trailing slash in an address to which paths are appended", () => {
    const settings = { ...cfis, apiBaseUrl: "https://a.example/v1//" };
    expect(readRealm(JSON.stringify(settings))).toMatchObject({
      apiBaseUrl: "https://a.example/v1",
    });
  });
});

describe("an address", () => {
  const withUrl = (url: string) => ({ ...conferma, tokenUrl: url });

  test.each([
    "https://assure.example/token",
    "https://assure.example:8443/token?tenant=1",
    "http://localhost:8080/token",
    "http://127.0.0.1/token",
    "http://127.8.8.8/token",
    "http://[::1]:8080/token",
  ])("may be %s", (url) => {
    expect(readRealm(JSON.stringify(withUrl(url)))).toMatchObject({ tokenUrl: url });
  });

  test.each([
    "http://assure.example/token",
    "http://localhost.evil.example/token",
    "http://127.0.0.1.evil.example/token",
    "http://10.0.0.1/token",
    "http://0.0.0.0/token",
    "http://[::2]/token",
    "ftp://assure.example/token",
    "file:///etc/passwd",
    "assure.example/token",
    "//assure.example/token",
    "https://",
    "https://user@assure.example/token",
    "https://user:password@assure.example/token",
    "https://assure.example/token#part",
    "",
  ])("is never %s", (url) => {
    expect(refusalOf(withUrl(url))).toContain("REALM: tokenUrl: must be an https address");
  });

  test.each<[Settings, readonly string[]]>([
    [centrapay, ["authorizeUrl", "tokenUrl", "jwksUrl", "issuer", "revokeUrl"]],
    [connectpay, ["authorizeUrl", "tokenUrl", "revokeUrl"]],
  ])("of $provider is checked so too", (required, names) => {
    for (const name of names) {
      const settings = { ...required, [name]: "http://a.example" };
      expect(refusalOf(settings)).toContain(`REALM: ${name}: must be an https address`);
    }
  });

  test.each(["cfis", "cfis-provisioning", "centrapay-api-key"] as const)(
    "of %s's interface is as safe",
    (provider) => {
      const settings = { provider, environment, apiBaseUrl: "http://a.example" };
      expect(refusalOf(settings)).toContain("REALM: apiBaseUrl: must be an https address");
    },
  );
});

test("a lease outlives the longest provider call with its reserves, and ends within half a minute", () => {
  const timingOf = (deadlineMs: number) => ({ deadlineMs, marginMs: 1000 });
  for (const deadlineMs of [100, 5000, maxDeadlineMs]) {
    expect(leaseMs(timingOf(deadlineMs))).toBeGreaterThanOrEqual(deadlineMs + 1000);
    expect(leaseMs(timingOf(deadlineMs))).toBeLessThanOrEqual(30_000);
  }
  const settings = { ...conferma, deadlineMs: maxDeadlineMs };
  expect(readRealm(JSON.stringify(settings))).toMatchObject({ deadlineMs: maxDeadlineMs });
});
