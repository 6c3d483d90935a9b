import { describe, expect, test } from "vitest";
import type { GrantCredential } from "../../functions/model/consent.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { createCertificateAuthority } from "../../local/simulators/kit/certificates.ts";
import {
  codeCredential,
  consentOf,
  pastedCodeCredential,
  refreshCredential,
} from "../support/a-consent.ts";
import { at } from "../support/a-record.ts";
import type { ScriptedAnswer } from "../support/an-issuer.ts";
import { grantOf, issue, summarizeOutcome } from "../support/an-issuer.ts";
import { describeProvider } from "../support/describe-provider.ts";

const certificate = await (await createCertificateAuthority("authority")).issueClient("tpp-1");

describeProvider("connectpay", {
  required: {
    authorizeUrl: "https://a.example/authorize",
    tokenUrl: "https://a.example/token",
  },
  defaults: {
    scopes: ["psd2-ais"],
    flowIdParameter: "flowid",
    flowId: "GetPSD2AuthCode",
    earlySeconds: 300,
    linkLifetimeSeconds: 600,
  },
  optional: {
    displayName: "Acme Bank",
    scopeWords: { pay: "pay for you", look: { en: "look", lt: "žiūrėti" } },
    attributes: { realmId: "callback", stripe_user_id: "answer", org: "id-token" },
    customerAttribute: "stripe_user_id",
    attributeHeaders: { "X-Org": "org" },
    apiBaseUrl: "https://a.example",
    scopes: ["psd2-ais", "psd2-pis"],
    flowIdParameter: "flowId",
    flowId: "GetCode",
    revokeUrl: "https://a.example/revoke",
    earlySeconds: 0,
    linkLifetimeSeconds: 604_800,
  },
  secret: {
    required: { clientId: "c", clientSecret: "s" },
    optional: { tlsCertificateChain: certificate.chain, tlsPrivateKey: certificate.privateKey },
  },
  policies: [
    [{}, { renewal: "by-consent", beforeExpiryMs: 300_000 }],
    [{ earlySeconds: 0 }, { renewal: "by-consent", beforeExpiryMs: 0 }],
  ],
  presentations: [[{}, { headerName: "Authorization", scheme: "Bearer" }]],
});

const settings: RealmInput = {
  provider: "connectpay",
  environment: "stage",
  authorizeUrl: "https://api2-stage.connectpay.example/auth/v1/oauth2/authorize",
  tokenUrl: "https://api-stage.connectpay.example/auth/v1/oauth2/token",
  scopes: ["psd2-ais", "psd2-pis"],
};
const secret = { clientId: "key-1", clientSecret: "s-1/+" };
const refresh = refreshCredential("anybody");

/** https://dev.connectpay.com/api-portal/content/access-tokens, with the scopes of a PSD2 consent */
const documented = {
  token_type: "Bearer",
  access_token: "8d7a2e6c-53ce-4a2b-9d39-4b64a0a1a0b1",
  refresh_token: "2f6d2d0e-4a0b-4a52-8c58-0c2f0f5b7a11",
  expires_in: 3600,
  client_customer_name: "Mo********co",
  scope: "psd2-ais psd2-pis",
  refresh_token_expires_in: "2592000",
};

const answered = (credential: GrantCredential, changes: object = {}) =>
  issue(settings, secret, { body: JSON.stringify({ ...documented, ...changes }) }, credential);

describe.each<[rule: string, credential: GrantCredential, body: string]>([
  ["a code", codeCredential, "grant_type=authorization_code&code=code+1%2F%2B"],
  [
    "a code that a person copied",
    pastedCodeCredential,
    "grant_type=authorization_code&code=code+1%2F%2B",
  ],
  ["a refresh token", refresh, "grant_type=refresh_token&refresh_token=refresh-1"],
])("%s", (_, credential, body) => {
  test("is sent with plain Basic, a request id, and nothing else", async () => {
    const { grant, requests } = await grantOf(settings, JSON.stringify(secret), {}, credential);
    await grant.issue(new AbortController().signal);
    expect(requests).toEqual([
      {
        method: "POST",
        url: "https://api-stage.connectpay.example/auth/v1/oauth2/token",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          accept: "application/json",
          authorization: "Basic a2V5LTE6cy0xLys=",
          "x-request-id": "00000000-0000-4000-8000-000000000001",
        },
        body,
      },
    ]);
  });

  test("gives a token of an hour and a refresh token of thirty days, as documented", async () => {
    const outcome = await answered(credential);
    expect(summarizeOutcome(outcome)).toBe("issued, 3600000 to 3601000 ms");
    expect(outcome).toMatchObject({ expiresAt: at("11:00:00.200") });
    expect(consentOf(outcome)).toEqual({
      refreshToken: "2f6d2d0e-4a0b-4a52-8c58-0c2f0f5b7a11",
      refreshEndsAt: new Date("2026-12-20T10:00:00.000Z"),
      grantedScope: "psd2-ais psd2-pis",
      subject: null,
      customer: "Mo********co",
    });
  });
});

describe("an answer", () => {
  test("states that a person has granted a part only", async () => {
    const outcome = await answered(codeCredential, { scope: "psd2-ais" });
    expect(consentOf(outcome)).toMatchObject({ grantedScope: "psd2-ais" });
  });

  test.each<[rule: string, stated: unknown, end: string | null]>([
    ["digits", "86400", "2026-11-21T10:00:00.000Z"],
    ["a number", 86_400, "2026-11-21T10:00:00.000Z"],
    ["nothing", undefined, "2026-12-20T10:00:00.000Z"],
    ["null", null, "2026-12-20T10:00:00.000Z"],
    ["zero", "0", "2026-12-20T10:00:00.000Z"],
    ["less than zero", -1, "2026-12-20T10:00:00.000Z"],
    ["junk", "a month", "2026-12-20T10:00:00.000Z"],
    ["a thousand years", 31_536_000_000, "2026-12-20T10:00:00.000Z"],
  ])("to a code ends its refresh token after %s, or thirty days", async (_, stated, end) => {
    const outcome = await answered(codeCredential, { refresh_token_expires_in: stated });
    expect(consentOf(outcome).refreshEndsAt?.toISOString()).toBe(end);
  });

  test("to a refresh that states no end keeps the earlier one", async () => {
    const outcome = await answered(refresh, { refresh_token_expires_in: undefined });
    expect(consentOf(outcome)).toMatchObject({ refreshEndsAt: null });
  });

  test.each<[rule: string, scope: unknown, kept: string | null]>([
    ["unsaid is what was asked for (RFC 6749 §5.1)", undefined, "psd2-ais psd2-pis"],
    ["of nothing is nothing, and not what was asked for", "", ""],
    ["of another type is what nobody can name", ["psd2-ais"], null],
    ["with a line break neither", "psd2-ais\nX", null],
    ["beyond any measure neither", "x".repeat(1001), null],
  ])("to a code whose scope is %s", async (_, scope, kept) => {
    expect(consentOf(await answered(codeCredential, { scope }))).toMatchObject({
      grantedScope: kept,
    });
  });

  test.each<[rule: string, name: unknown, kept: string | null]>([
    ["unsaid", undefined, null],
    ["of another type", { a: 1 }, null],
    ["with control characters and a change of direction", "Mo\u0007\u202e**co", "Mo**co"],
    ["in another script", "Ąž****ūė", "Ąž****ūė"],
    ["beyond any measure", "x".repeat(500), "x".repeat(200)],
    ["of nothing", "", null],
  ])("keeps a customer's name that is %s as harmless text", async (_, name, kept) => {
    const outcome = await answered(codeCredential, { client_customer_name: name });
    expect(consentOf(outcome)).toMatchObject({ customer: kept });
  });
});

const refusedCertificate = {
  kind: "not-issued",
  code: "credentials-rejected",
  detail: "The provider refuses our client certificate.",
  mayHaveIssued: false,
};

describe("a client certificate", () => {
  test.each<[rule: string, play: ScriptedAnswer]>([
    ["403 of nothing", { status: 403, body: "" }],
    ["403 that is no OAuth error", { status: 403, body: '{"message":"Forbidden"}' }],
    ["403 in words", { status: 403, body: "<h1>Client certificate is not registered</h1>" }],
    [
      "nginx, where there is none",
      { status: 400, body: "<title>400 No required SSL certificate was sent</title>" },
    ],
    ["401 in words", { status: 401, body: "Certificate required" }],
    ["nginx, where it does not hold", { status: 400, body: "400 The SSL certificate error" }],
  ])("is refused by %s", async (_, play) => {
    expect(await issue(settings, secret, play, refresh)).toMatchObject(refusedCertificate);
  });

  test.each<[rule: string, play: ScriptedAnswer, outcome: string]>([
    ["invalid_client", { status: 403, body: '{"error":"invalid_client"}' }, "credentials-rejected"],
    [
      "404, as the browsers' host (api2) answers who asks it for a token",
      { status: 404, body: "<h1>Not found</h1> No certificate is asked for here." },
      "provider-malformed",
    ],
    ["405", { status: 405, body: "certificate" }, "provider-malformed"],
    ["a wall's page", { status: 403, body: "<h1>Slow down</h1>" }, "provider-unavailable"],
    ["429", { status: 429, body: "certificate" }, "provider-throttled"],
    ["502", { status: 502, body: "upstream certificate" }, "provider-unavailable?"],
  ])("is not refused by %s", async (_, play, outcome) => {
    const result = await issue(settings, secret, play, refresh);
    expect(summarizeOutcome(result)).toBe(outcome);
    expect(result).not.toMatchObject({ detail: refusedCertificate.detail });
  });
});
