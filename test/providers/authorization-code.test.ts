import { describe, expect, test } from "vitest";
import type { GrantCredential } from "../../functions/model/consent.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import { clientDefaults, clientOptions, optionalMembers } from "../support/a-client.ts";
import {
  codeCredential,
  consentOf,
  pastedCodeCredential,
  refreshCredential,
} from "../support/a-consent.ts";
import { grantOf, issue, summarizeOutcome } from "../support/an-issuer.ts";
import { describeProvider } from "../support/describe-provider.ts";

describeProvider("authorization-code", {
  required: {
    authorizeUrl: "https://a.example/authorize",
    tokenUrl: "https://a.example/token",
  },
  defaults: {
    ...clientDefaults,
    pkce: true,
    presentation: { headerName: "Authorization", scheme: "Bearer" },
    earlySeconds: 300,
    linkLifetimeSeconds: 600,
  },
  optional: {
    ...clientOptions,
    authorizationParameters: { access_type: "offline" },
    pushedAuthorizationUrl: "https://a.example/par",
    displayName: "Acme Bank",
    scopeWords: { pay: "pay for you", look: { en: "look", lt: "žiūrėti" } },
    attributes: { realmId: "callback", stripe_user_id: "answer", org: "id-token" },
    customerAttribute: "stripe_user_id",
    attributeHeaders: { "X-Org": "org" },
    apiBaseUrl: "https://a.example",
    issuer: "https://issuer.example",
    jwksUrl: "https://a.example/jwks",
    scopes: ["openid", "read:all"],
    pkce: false,
    revokeUrl: "https://a.example/revoke",
    renamedScopes: { "user:email": "user" },
    refreshLifetimeSeconds: 86_400,
    presentation: { headerName: "X-Access", scheme: null },
    earlySeconds: 60,
    linkLifetimeSeconds: 604_800,
  },
  secret: { required: { clientId: "c" }, optional: { clientSecret: "s", ...optionalMembers } },
  policies: [
    [{}, { renewal: "by-consent", beforeExpiryMs: 300_000 }],
    [{ earlySeconds: 60 }, { renewal: "by-consent", beforeExpiryMs: 60_000 }],
  ],
  presentations: [
    [{}, { headerName: "Authorization", scheme: "Bearer" }],
    [
      { presentation: { headerName: "X-Acme", scheme: "Token" } },
      { headerName: "X-Acme", scheme: "Token" },
    ],
  ],
});

test.each([
  [{ customerAttribute: "tenant" }, "customerAttribute: must be the name of one of attributes"],
  [{ customerAttribute: "realmId" }, "customerAttribute: must not come with the callback"],
  [{ attributeHeaders: { "X-T": "tenant" } }, "attributeHeaders: must be the name of one of"],
])("an attribute that is unknown, or proves nothing, is refused: %o", (changes, message) => {
  const realm = settings({ attributes: { realmId: "callback" }, ...changes });
  expect(() => readRealm(JSON.stringify(realm))).toThrow(message);
});

type Settings = Extract<RealmInput, { provider: "authorization-code" }>;

const settings = (changes: Partial<Settings> = {}): Settings => ({
  provider: "authorization-code",
  environment: "acme",
  authorizeUrl: "https://login.example/authorize",
  tokenUrl: "https://login.example/token?tenant=a",
  ...changes,
});

const headers = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "application/json",
};
const ofCode = "grant_type=authorization_code&code=code+1%2F%2B";
const redirect = "&redirect_uri=https%3A%2F%2Fconsents.example%2Fcallback%2Fp%2Fe";
const verifier = "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const ofRefresh = "grant_type=refresh_token&refresh_token=refresh-1";
const open = { clientId: "c-1" };
const confidential = { clientId: "c-1", clientSecret: "s/1" };
/** RFC 6749 §2.3.1: `c-1:s%2F1`. */
const basic = { ...headers, authorization: "Basic Yy0xOnMlMkYx" };

type Row = [
  rule: string,
  changes: Partial<Settings>,
  secret: object,
  credential: GrantCredential,
  headers: object,
  body: string,
];

describe("a request", () => {
  test.each<Row>([
    [
      "of a code",
      {},
      open,
      codeCredential,
      headers,
      `${ofCode}${redirect}${verifier}&client_id=c-1`,
    ],
    ["… with a secret", {}, confidential, codeCredential, basic, `${ofCode}${redirect}${verifier}`],
    [
      "… without PKCE where the realm says so",
      { pkce: false },
      confidential,
      codeCredential,
      basic,
      `${ofCode}${redirect}`,
    ],
    ["of a refresh", {}, open, refreshCredential("p"), headers, `${ofRefresh}&client_id=c-1`],
    ["… with a secret", {}, confidential, refreshCredential("p"), basic, ofRefresh],
  ])("%s", async (_, changes, secret, credential, expectedHeaders, body) => {
    const held = JSON.stringify(secret);
    const { grant, requests } = await grantOf(settings(changes), held, {}, credential);
    await grant.issue(new AbortController().signal);
    const url = "https://login.example/token?tenant=a";
    expect(requests).toEqual([{ method: "POST", url, headers: expectedHeaders, body }]);
  });

  test("without the secret that its realm wants in the form is not made", async () => {
    const realm = settings({ clientAuthentication: "post" });
    await expect(grantOf(realm, JSON.stringify(open), {}, codeCredential)).rejects.toMatchObject({
      code: "secret-malformed",
      message: "clientSecret: is missing: clientAuthentication is post.",
    });
  });

  test("of a public client keeps what its realm says of requests", async () => {
    const realm = settings({ requestFormat: "json" });
    const { grant, requests } = await grantOf(realm, JSON.stringify(open), {}, codeCredential);
    await grant.issue(new AbortController().signal);
    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({ client_id: "c-1" });
  });

  test.each([true, false])("for a copied code is refused, PKCE or not: %s", async (pkce) => {
    const held = JSON.stringify(open);
    const { grant, requests } = await grantOf(settings({ pkce }), held, {}, pastedCodeCredential);
    expect(summarizeOutcome(await grant.issue(new AbortController().signal))).toBe(
      "consent-required",
    );
    expect(requests).toEqual([]);
  });

  test("revokes nothing elsewhere", async () => {
    const { grant } = await grantOf(settings(), JSON.stringify(confidential), {}, codeCredential);
    expect(grant).toMatchObject({ revocationScope: null, callsProvider: true });
  });
});

/** RFC 6749 §5.1's example. */
const example = {
  access_token: "2YotnFZFEjr1zCsicMWpAA",
  token_type: "example",
  expires_in: 3600,
  refresh_token: "tGzv3JOkF0XG5Qx2TlKWIA",
};

describe("an answer", () => {
  const answered = (fields: object, credential = codeCredential, changes: Partial<Settings> = {}) =>
    issue(settings(changes), open, { body: JSON.stringify(fields) }, credential);

  test("of a type that fits no header is malformed", async () => {
    expect(summarizeOutcome(await answered(example))).toBe("provider-malformed?");
  });

  test("of bearer type is issued, with no more about the consent than it states", async () => {
    const outcome = await answered({ ...example, token_type: "bearer" });
    expect(summarizeOutcome(outcome)).toBe("issued, 3600000 to 3601000 ms");
    expect(consentOf(outcome)).toEqual({
      refreshToken: "tGzv3JOkF0XG5Qx2TlKWIA",
      refreshEndsAt: null,
      grantedScope: null,
      subject: null,
      customer: null,
    });
  });

  test.each([{}, { refresh_token: null }, { refresh_token: "" }])(
    "may have neither refresh token nor lifetime: %j",
    async (fields) => {
      const outcome = await answered({ access_token: "t-1", ...fields });
      expect(summarizeOutcome(outcome)).toBe("issued, unlimited");
      expect(consentOf(outcome)).toMatchObject({ refreshToken: null });
    },
  );

  test("without a lifetime lives as long as the setting says, and states no expiry", async () => {
    const outcome = await answered({ access_token: "t-1" }, codeCredential, {
      lifetimeSeconds: 90,
    });
    expect(outcome).toMatchObject({
      lifetime: { kind: "assumed", lastsMs: 90_000 },
      expiresAt: null,
    });
  });

  test("may last for decades, as may its consent", async () => {
    const years = 20 * 31_556_952;
    const outcome = await answered({
      access_token: "t-1",
      expires_in: years,
      refresh_token: "r-1",
      refresh_token_expires_in: years,
    });
    expect(summarizeOutcome(outcome)).toBe(`issued, ${years * 1000} to ${years * 1000 + 1000} ms`);
    expect(consentOf(outcome).refreshEndsAt).toEqual(new Date("2046-11-20T06:24:00.000Z"));
  });

  test("that lists its scopes in its own way has withheld nothing", async () => {
    const changes = {
      scopes: ["repo", "email", "user:email", "offline_access"],
      renamedScopes: { "user:email": "user" },
    };
    const scope = "repo,https://www.example.com/auth/userinfo.email,user";
    const answer = { access_token: "t-1", refresh_token: "r-1", scope };
    expect(consentOf(await answered(answer, codeCredential, changes)).details).toBeUndefined();
    const withheld = { access_token: "t-1", scope: "repo admin" };
    expect(consentOf(await answered(withheld, codeCredential, changes)).details).toEqual({
      withheldScope: "email user:email offline_access",
      addedScope: "admin",
    });
  });

  test("has withheld openid where nobody is identified, unless it is a refresh, which need not", async () => {
    const changes = { scopes: ["openid", "read", "write", "offline_access"] };
    const answer = { access_token: "t-1", scope: "read" };
    const outcome = await answered(answer, codeCredential, changes);
    expect(consentOf(outcome).details).toEqual({
      withheldScope: "openid write offline_access",
    });
    expect(consentOf(await answered(answer, refreshCredential("p"), changes)).details).toEqual({
      withheldScope: "write",
    });
  });

  test("keeps the attributes that the settings name, and what fits a header only", async () => {
    const fields = {
      access_token: "a-token-of-length",
      stripe_user_id: "acct_1",
      number: 7,
      long: "x".repeat(201),
      object: {},
      echo: "a-token-of-length",
    };
    const parameters = { realmId: "4620816365", other: "x" };
    const credential = { ...codeCredential, parameters };
    const attributes = {
      ...({ realmId: "callback", stripe_user_id: "answer", number: "answer" } as const),
      ...({ long: "answer", echo: "answer" } as const),
    };
    const changes = { attributes, customerAttribute: "stripe_user_id" };
    const outcome = await answered(fields, credential, changes);
    expect(consentOf(outcome)).toMatchObject({
      customer: "acct_1",
      details: { attributes: { realmId: "4620816365", stripe_user_id: "acct_1", number: "7" } },
    });
    expect(consentOf(outcome).details?.attributes).not.toHaveProperty("echo");
    const others = { object: "answer", missing: "answer", toString: "answer" } as const;
    const nothing = await answered(fields, codeCredential, { attributes: others });
    expect(consentOf(nothing).details).toBeUndefined();
  });

  describe("whose text holds a secret of the exchange", () => {
    const tokens = { access_token: "token-of-the-person", refresh_token: "refresh-of-the-person" };
    const basicOf = (text: string) => Buffer.from(text).toString("base64");
    test.each([
      ["the access token", "read token-of-the-person"],
      ["the refresh token, in other case", "REFRESH-of-the-person"],
      ["the code, which has a blank", "code 1/+"],
      ["the code, encoded", "code%201%2F%2B"],
      ["the code verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"],
      ["the state", "read,state-1"],
      ["the nonce", "nonce-1"],
      ["the client secret inside a word", "xx-s/1-longer-xx"],
      ["the client's Basic credentials", basicOf("c-1:s/1-longer")],
    ])("says nothing: %s", async (_, scope) => {
      const secret = { clientId: "c-1", clientSecret: "s/1-longer" };
      const body = JSON.stringify({ ...tokens, scope });
      const outcome = await issue(settings(), secret, { body }, codeCredential);
      expect(consentOf(outcome)).toMatchObject({ grantedScope: null });
    });

    test("or the refresh token that was sent", async () => {
      const answer = { access_token: "t-1", scope: "refresh-1" };
      const outcome = await answered(answer, refreshCredential("p"));
      expect(consentOf(outcome)).toMatchObject({ grantedScope: null });
    });

    test("or a short one, as a word only", async () => {
      const secret = { clientId: "c-1", clientSecret: "re" };
      const granted = async (scope: string) => {
        const body = JSON.stringify({ access_token: "t-1", scope });
        return consentOf(await issue(settings(), secret, { body }, codeCredential)).grantedScope;
      };
      expect(await granted("read re")).toBeNull();
      expect(await granted("read")).toBe("read");
    });
  });

  test.each([
    ["refresh_token_expires_in", { refresh_token_expires_in: 86_400 }],
    ["refresh_expires_in, as Keycloak has it", { refresh_expires_in: 86_400 }],
    [
      "both, of which the first counts",
      { refresh_token_expires_in: "86400", refresh_expires_in: 1 },
    ],
  ])("may state how long the refresh token lasts: %s", async (_, fields) => {
    for (const credential of [codeCredential, refreshCredential("p")]) {
      const outcome = await answered({ access_token: "t-1", ...fields }, credential);
      expect(consentOf(outcome)).toMatchObject({
        refreshEndsAt: new Date("2026-11-21T10:00:00.000Z"),
      });
    }
  });

  test("with Keycloak's zero, for no expiry, states no end", async () => {
    const outcome = await answered({ access_token: "t-1", refresh_expires_in: 0 });
    expect(consentOf(outcome)).toMatchObject({ refreshEndsAt: null });
  });

  test("is read where its text is none that an address could carry", async () => {
    const outcome = await answered({ access_token: "t-1", scope: "100%" });
    expect(consentOf(outcome)).toMatchObject({ grantedScope: "100%" });
  });

  test("grants what was requested, unless it states otherwise", async () => {
    const changes = { scopes: ["read", "write"] };
    const granted = async (fields: object, credential: GrantCredential) =>
      consentOf(await answered({ access_token: "t-1", ...fields }, credential, changes))
        .grantedScope;
    expect(await granted({}, codeCredential)).toBe("read write");
    expect(await granted({ scope: "read" }, codeCredential)).toBe("read");
    expect(await granted({ scope: "" }, codeCredential)).toBe("");
    expect(await granted({}, refreshCredential("p"))).toBeNull();
    expect(await granted({ scope: "" }, refreshCredential("p"))).toBeNull();
    expect(await granted({ scope: "read" }, refreshCredential("p"))).toBe("read");
  });

  test("has its ID token ignored where no OpenID provider is set", async () => {
    const outcome = await answered({ access_token: "t-1", id_token: "canary" });
    expect(consentOf(outcome)).toMatchObject({ subject: null });
  });
});
