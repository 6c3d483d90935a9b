import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { readRealm } from "../../functions/providers/catalogue.ts";
import {
  clientDefaults,
  clientOptions,
  membersOfGrants,
  optionalMembers,
} from "../support/a-client.ts";
import { grantOf, issue, summarizeOutcome } from "../support/an-issuer.ts";
import { describeProvider } from "../support/describe-provider.ts";

describeProvider("client-credentials", {
  required: { tokenUrl: "https://a.example/token" },
  defaults: {
    ...clientDefaults,
    grant: "client-credentials",
    onIssue: "coexist",
    presentation: { headerName: "Authorization", scheme: "Bearer" },
  },
  optional: {
    apiBaseUrl: "https://a.example",
    scope: "read",
    ...clientOptions,
    ...{ clientAuthentication: "grant", grant: "jwt-bearer" },
    assertion: {
      ...{ issuer: "i", subject: "s", audience: "a", claims: { a: 1 } },
      ...{ scopeIn: "claim", lifetimeSeconds: 120 },
    },
    tokenExchange: { subjectTokenType: "a", requestedTokenType: "c" },
    onIssue: "revoke",
    earlySeconds: 60,
    presentation: { headerName: "X-Access", scheme: null },
    parameterNames: { client_id: "id", client_secret: "key", grant_type: null },
    tokenHeaders: { "User-Agent": "acme" },
    attributes: { instance_url: "answer", app: "answer.app.id" },
    attributeHeaders: { "X-App": "app" },
  },
  secret: {
    required: { clientId: "c" },
    usual: { clientSecret: "s" },
    optional: { ...optionalMembers, ...membersOfGrants, scope: "read" },
  },
  policies: [
    [{}, { renewal: "early", beforeExpiryMs: 300_000 }],
    [{ earlySeconds: 60 }, { renewal: "early", beforeExpiryMs: 60_000 }],
    [{ onIssue: "revoke" }, { renewal: "at-expiry" }],
    [
      { onIssue: "revoke", earlySeconds: 30 },
      { renewal: "at-handover", beforeExpiryMs: 30_000 },
    ],
  ],
  presentations: [
    [{}, { headerName: "Authorization", scheme: "Bearer" }],
    [
      { presentation: { headerName: "Authorization", scheme: "Zoho-oauthtoken" } },
      { headerName: "Authorization", scheme: "Zoho-oauthtoken" },
    ],
  ],
});

type Settings = Extract<RealmInput, { provider: "client-credentials" }>;

const settings = (changes: Partial<Settings> = {}): Settings => ({
  provider: "client-credentials",
  environment: "acme",
  tokenUrl: "https://oauth.example/token?tenant=a",
  ...changes,
});

const secret = { clientId: "abc", clientSecret: "def" };
const headers = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "application/json",
};
const basic = { ...headers, authorization: "Basic YWJjOmRlZg==" };

describe("a request of RFC 6749 §4.4", () => {
  test.each<[rule: string, Partial<Settings>, secret: object, headers: object, body: string]>([
    ["needs no more than the credentials", {}, secret, basic, "grant_type=client_credentials"],
    [
      "names the realm's scope and audience",
      { scope: "read write", audience: "https://api.example/" },
      secret,
      basic,
      "grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fapi.example%2F",
    ],
    [
      "names the secret's scope rather than the realm's",
      { scope: "read" },
      { ...secret, scope: "all" },
      basic,
      "grant_type=client_credentials&scope=all",
    ],
    [
      "carries the credentials in its body where the realm says so, and only there",
      { clientAuthentication: "post" },
      { clientId: "abc", clientSecret: "d&f" },
      headers,
      "grant_type=client_credentials&client_id=abc&client_secret=d%26f",
    ],
  ])("%s", async (_, changes, held, expectedHeaders, body) => {
    const { grant, requests } = await grantOf(settings(changes), JSON.stringify(held));
    await grant.issue(new AbortController().signal);
    const url = "https://oauth.example/token?tenant=a";
    expect(requests).toEqual([{ method: "POST", url, headers: expectedHeaders, body }]);
  });

  test("may go by other names, without what the server does not want, and with its headers", async () => {
    const changes: Partial<Settings> = {
      clientAuthentication: "post",
      scope: "read",
      parameterNames: { grant_type: null, client_id: "id", client_secret: "key" },
      tokenHeaders: { "User-Agent": "acme", Accept: "text/plain" },
    };
    // A header that is sent anyway is refused, and would not replace it.
    const { Accept: _, ...tokenHeaders } = changes.tokenHeaders ?? {};
    expect(() => readRealm(JSON.stringify(settings(changes)))).toThrow(
      "REALM: tokenHeaders.Accept: is sent anyway",
    );
    const allowed = settings({ ...changes, tokenHeaders });
    const { grant, requests } = await grantOf(allowed, JSON.stringify(secret));
    await grant.issue(new AbortController().signal);
    expect(requests).toMatchObject([
      { headers: { ...headers, "User-Agent": "acme" }, body: "scope=read&id=abc&key=def" },
    ]);
  });

  test.each<[object, string]>([
    [
      { client_secrets: "key" },
      "parameterNames.client_secrets: is unknown; did you mean client_secret?",
    ],
    [{ client_id: "" }, "parameterNames.client_id: must be a name"],
    [{ client_id: "a b" }, "parameterNames.client_id: must be a name"],
    [
      { client_id: "client_secret" },
      "parameterNames: client_secret is another parameter's name too",
    ],
    ...["id", "tenant", "grant_type", "client_id", "audience"].map((name): [object, string] => [
      { client_secret: name, scope: "id" },
      `parameterNames: ${name} is another parameter's name too`,
    ]),
  ])("has no other names like %j", (parameterNames, refusal) => {
    const sent = { clientAuthentication: "post", audience: "a", tokenParameters: { tenant: "b" } };
    const realm = JSON.stringify({ ...settings(), ...sent, parameterNames });
    expect(() => readRealm(realm)).toThrow(`REALM: ${refusal}`);
  });

  test.each<[Settings["clientAuthentication"], object]>([
    ["post", { client_id: "username", client_secret: "password" }],
    ["post", { client_id: "client_secret", client_secret: "client_id" }],
    ["post", { client_id: null, username: "client_id" }],
    ["post", { grant_type: null, scope: null, client_id: "grant_type" }],
    ["post", { client_secret: "resource" }],
    ["basic", { scope: "client_secret" }],
  ])("with %s, may have other names like %j", (clientAuthentication, parameterNames) => {
    const realm = { ...settings({ clientAuthentication }), parameterNames };
    expect(readRealm(JSON.stringify(realm))).toMatchObject({ parameterNames });
  });

  test("revokes nothing elsewhere, unless the realm says that a new token revokes the old", async () => {
    const scopeFor = async (onIssue: "coexist" | "revoke") =>
      (await grantOf(settings({ onIssue }), JSON.stringify(secret))).grant.revocationScope;
    expect(await scopeFor("coexist")).toBeNull();
    expect(await scopeFor("revoke")).toBe("abc");
  });
});

describe("an answer of RFC 6749 §5.1", () => {
  test.each<[rule: string, fields: object, outcome: string]>([
    [
      "lives for expires_in",
      { token_type: "Bearer", expires_in: 3600 },
      "issued, 3600000 to 3601000 ms",
    ],
    ["… as digits", { expires_in: "3600" }, "issued, 3600000 to 3601000 ms"],
    ["… for a year", { expires_in: 31_536_000 }, "issued, 31536000000 to 31536001000 ms"],
    ["… but not for two", { expires_in: 63_072_000 }, "provider-malformed?"],
    ["without expires_in is issued all the same", {}, "issued, unknown"],
    ["… null being none", { expires_in: null }, "issued, unknown"],
    [
      "with an instant for expires_in is not",
      { expires_in: "2026-11-20T11:00:00Z" },
      "provider-malformed?",
    ],
    ["with a negative expires_in is not", { expires_in: -3600 }, "provider-malformed?"],
    ["with junk for expires_in is not", { expires_in: "an hour" }, "provider-malformed?"],
    ["with negative digits is not", { expires_in: "-3600" }, "provider-malformed?"],
    ["with thirteen digits is not", { expires_in: "3600000000000" }, "provider-malformed?"],
    ["with a list for expires_in is not", { expires_in: [3600] }, "provider-malformed?"],
    [
      "may spell its type in capitals",
      { token_type: "BEARER", expires_in: 60 },
      "issued, 60000 to 61000 ms",
    ],
    [
      "without a type is a bearer token",
      { token_type: null, expires_in: 60 },
      "issued, 60000 to 61000 ms",
    ],
    [
      "of another type cannot be put into a header",
      { token_type: "DPoP", expires_in: 60 },
      "provider-malformed?",
    ],
    ["of no sensible type neither", { token_type: 1, expires_in: 60 }, "provider-malformed?"],
  ])("%s", async (_, fields, outcome) => {
    const body = JSON.stringify({ access_token: "t-1", ...fields });
    expect(summarizeOutcome(await issue(settings(), secret, { body }))).toBe(outcome);
  });

  test("with an expires_in beyond numbers is malformed", async () => {
    const body = '{"access_token":"t-1","expires_in":1e400}';
    expect(summarizeOutcome(await issue(settings(), secret, { body }))).toBe("provider-malformed?");
  });

  test("expires expires_in after it was received", async () => {
    const body = '{"access_token":"t-1","expires_in":3600}';
    const expiresAt = new Date("2026-11-20T11:00:00.200Z");
    expect(await issue(settings(), secret, { body })).toMatchObject({ expiresAt });
  });

  test("without expires_in has no known end", async () => {
    const body = '{"access_token":"t-1"}';
    expect(await issue(settings(), secret, { body })).toMatchObject({ expiresAt: null });
  });
});
