import { beforeAll, describe, expect, test } from "vitest";
import type { GrantCredential } from "../../functions/model/consent.ts";
import type { HttpRequest } from "../../functions/platform/http-request.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import {
  codeCredential,
  consentOf,
  pastedCodeCredential,
  refreshCredential,
} from "../support/a-consent.ts";
import { at } from "../support/a-record.ts";
import type { ScriptedAnswer } from "../support/an-issuer.ts";
import { grantOf, issue, summarizeOutcome } from "../support/an-issuer.ts";
import type { SigningKey } from "../support/an-open-id-provider.ts";
import { idToken, signingKey } from "../support/an-open-id-provider.ts";
import { describeProvider } from "../support/describe-provider.ts";

describeProvider("centrapay-user", {
  required: {
    issuer: "https://issuer.example/pool-1",
    authorizeUrl: "https://a.example/authorize",
    tokenUrl: "https://a.example/token",
    jwksUrl: "https://a.example/jwks",
  },
  defaults: { scopes: ["openid"], earlySeconds: 300, linkLifetimeSeconds: 600 },
  optional: {
    displayName: "Acme Bank",
    scopeWords: { pay: "pay for you", look: { en: "look", lt: "žiūrėti" } },
    attributes: { realmId: "callback", stripe_user_id: "answer", org: "id-token" },
    customerAttribute: "stripe_user_id",
    attributeHeaders: { "X-Org": "org" },
    apiBaseUrl: "https://a.example",
    scopes: ["openid", "phone"],
    revokeUrl: "https://a.example/revoke",
    earlySeconds: 60,
    linkLifetimeSeconds: 604_800,
  },
  secret: { required: { clientId: "c" }, optional: { clientSecret: "s" } },
  policies: [
    [{}, { renewal: "by-consent", beforeExpiryMs: 300_000 }],
    [{ earlySeconds: 60 }, { renewal: "by-consent", beforeExpiryMs: 60_000 }],
  ],
  presentations: [[{}, { headerName: "Authorization", scheme: null }]],
});

const settings = {
  provider: "centrapay-user",
  environment: "production",
  issuer: "https://cognito-idp.ap-southeast-2.amazonaws.com/pool-1",
  authorizeUrl: "https://auth.centrapay.example/oauth2/authorize",
  tokenUrl: "https://auth.centrapay.example/oauth2/token",
  jwksUrl: "https://cognito-idp.ap-southeast-2.amazonaws.com/pool-1/.well-known/jwks.json",
  scopes: ["openid", "phone"],
} satisfies RealmInput;
const secret = { clientId: "client-1" };

let key: SigningKey;
let signed: string;
beforeAll(async () => {
  key = await signingKey("key-1");
  signed = await idToken(key);
});

/** As AWS Cognito answers a code. */
const answer = (changes: object = {}) => ({
  id_token: signed,
  access_token: "eyJ.access.jwt",
  refresh_token: "eyJjdHkiOiJKV1QifQ.refresh",
  expires_in: 3600,
  token_type: "Bearer",
  ...changes,
});

const issued = (
  credential: GrantCredential | null,
  fields: object = answer(),
  held: object = secret,
) => issue(settings, held, playing({ body: JSON.stringify(fields) }), credential);

const playing =
  (play: ScriptedAnswer) =>
  ({ method }: { method: string }): ScriptedAnswer =>
    method === "GET" ? { body: JSON.stringify({ keys: [key.jwk] }) } : play;

async function requestFor(credential: GrantCredential, held: object = secret) {
  const play = ({ method }: HttpRequest) =>
    method === "GET" ? { body: '{"keys":[]}' } : { status: 500 };
  const { grant, requests } = await grantOf(settings, JSON.stringify(held), play, credential);
  await grant.issue(new AbortController().signal);
  expect(requests.shift()).toMatchObject({ method: "GET", url: settings.jwksUrl });
  return requests;
}

const headers = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "application/json",
};
const url = "https://auth.centrapay.example/oauth2/token";

describe("a code", () => {
  const body = [
    "grant_type=authorization_code",
    "code=code+1%2F%2B",
    "redirect_uri=https%3A%2F%2Fconsents.example%2Fcallback%2Fp%2Fe",
    "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  ].join("&");

  test("is exchanged with its verifier by a public client", async () => {
    expect(await requestFor(codeCredential)).toEqual([
      { method: "POST", url, headers, body: `${body}&client_id=client-1` },
    ]);
  });

  test("is exchanged by a confidential client with the plain Basic that Cognito documents", async () => {
    const held = { clientId: "client-1", clientSecret: "s/1+" };
    const authorization = "Basic Y2xpZW50LTE6cy8xKw==";
    expect(await requestFor(codeCredential, held)).toEqual([
      { method: "POST", url, headers: { ...headers, authorization }, body },
    ]);
  });

  test("gives a token for an hour, and a consent for sixty days", async () => {
    const outcome = await issued(codeCredential);
    expect(summarizeOutcome(outcome)).toBe("issued, 3600000 to 3601000 ms");
    expect(outcome).toMatchObject({ expiresAt: at("11:00:00.200") });
    expect(consentOf(outcome)).toEqual({
      refreshToken: "eyJjdHkiOiJKV1QifQ.refresh",
      refreshEndsAt: new Date("2027-01-19T10:00:00.000Z"),
      grantedScope: "openid phone",
      subject: "person-1",
      customer: null,
    });
  });

  test("says who has consented: an address that is verified, and what may be shown of it", async () => {
    const id_token = await idToken(key, { email: "jo@example.org", email_verified: true });
    expect(consentOf(await issued(codeCredential, answer({ id_token })))).toMatchObject({
      verifiedEmail: "jo@example.org",
      details: { identity: "j…@example.org" },
    });
  });

  test("may grant less than was requested, and that is stored", async () => {
    const outcome = await issued(codeCredential, answer({ scope: "openid" }));
    expect(consentOf(outcome)).toMatchObject({ grantedScope: "openid" });
  });

  test("answered without an ID token is malformed", async () => {
    for (const id_token of [undefined, null, "", 1, {}]) {
      expect(summarizeOutcome(await issued(codeCredential, answer({ id_token })))).toBe(
        "provider-malformed?",
      );
    }
  });

  test("without its authorization request is not sent", async () => {
    const { grant, requests } = await grantOf(
      settings,
      JSON.stringify(secret),
      {},
      pastedCodeCredential,
    );
    expect(summarizeOutcome(await grant.issue(new AbortController().signal))).toBe(
      "consent-required",
    );
    expect(requests).toEqual([]);
  });
});

describe("a refresh", () => {
  const refresh = refreshCredential("person-1");

  test("sends the refresh token, and no scope", async () => {
    const body = "grant_type=refresh_token&refresh_token=refresh-1&client_id=client-1";
    expect(await requestFor(refresh)).toEqual([{ method: "POST", url, headers, body }]);
  });

  test("without a new refresh token changes nothing about the stored one", async () => {
    const { refresh_token: _, id_token: __, ...fields } = answer();
    expect(consentOf(await issued(refresh, fields))).toEqual({
      refreshToken: null,
      refreshEndsAt: null,
      grantedScope: null,
      subject: null,
      customer: null,
    });
  });

  test("with a new refresh token does not extend the consent: Cognito's keeps its end", async () => {
    expect(consentOf(await issued(refresh, answer({ refresh_token: "refresh-2" })))).toEqual({
      refreshToken: "refresh-2",
      refreshEndsAt: null,
      grantedScope: null,
      subject: "person-1",
      customer: null,
    });
  });

  test("of one person never returns a token of another", async () => {
    const outcome = await issued(refreshCredential("person-2"));
    expect(outcome).toMatchObject({
      code: "provider-malformed",
      detail: "The provider answered an ID token of another person.",
      mayHaveIssued: true,
    });
  });

  test("needs no nonce in its ID token", async () => {
    const outcome = await issued(
      refresh,
      answer({ id_token: await idToken(key, { nonce: "old" }) }),
    );
    expect(consentOf(outcome)).toMatchObject({ subject: "person-1" });
  });
});

test("without a consent, no request is sent to the provider", async () => {
  const { grant, requests } = await grantOf(settings, JSON.stringify(secret), {}, null);
  expect(await grant.issue(new AbortController().signal)).toMatchObject({
    code: "consent-required",
    mayHaveIssued: false,
  });
  expect(requests).toEqual([]);
});

test.each([
  ["a number", 5],
  ["an object", {}],
  ["a line break", "a\nb"],
  ["a text that is too long", "x".repeat(16_385)],
])(
  "an answer with %s as refresh token is malformed, but may have replaced ours",
  async (_, value) => {
    const fields = answer({ refresh_token: value });
    expect(summarizeOutcome(await issued(refreshCredential("person-1"), fields))).toBe(
      "provider-malformed?",
    );
  },
);
