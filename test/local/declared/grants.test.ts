import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import type { LocalSecret } from "../../../local/declared/declared-realm.ts";
import { ping } from "../../../local/local-realm.ts";
import { aKeyPair } from "../../support/a-client.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import { declaredWorld } from "./declared-world.ts";

type Settings = Extract<RealmInput, { provider: "client-credentials" }>;

const declared: Settings = {
  provider: "client-credentials",
  environment: "bank",
  tokenUrl: "https://login.bank.example/v1/token",
};

const typeOf = (kind: string) => `urn:ietf:params:oauth:token-type:${kind}`;
const jwtBearer: Settings = {
  ...declared,
  grant: "jwt-bearer",
  signingAlgorithm: "EdDSA",
  clientAuthentication: "grant",
};
const subject = { subjectTokenType: typeOf("jwt") };
const exchange: Settings = { ...declared, grant: "token-exchange", tokenExchange: subject };
const password: Settings = { ...declared, grant: "password" };
const basic = { clientAuthentication: "basic" } as const;

const assertion: Settings["assertion"] = {
  ...{ issuer: "acme", subject: "jo", audience: "https://login.bank.example" },
  claims: { limits: [1, { deep: true }], none: null },
  scopeIn: "claim",
  lifetimeSeconds: 3600,
};
const assertedScope: Settings = { ...jwtBearer, assertion, scope: "pay read" };

describe("a server made from a declaration with another grant", () => {
  test.each<Settings>([
    jwtBearer,
    assertedScope,
    { ...jwtBearer, ...basic, assertionAudience: "https://login.bank.example" },
    { ...jwtBearer, clientAuthentication: "private_key_jwt", requestFormat: "json" },
    { ...jwtBearer, clientAuthentication: "none", audience: "https://api", scope: "pay" },
    exchange,
    { ...exchange, clientAuthentication: "grant", resource: "https://api.example" },
    {
      ...exchange,
      tokenExchange: { ...subject, requestedTokenType: typeOf("saml2") },
    },
    password,
    { ...password, clientAuthentication: "none" },
    { ...password, clientAuthentication: "grant", requestFormat: "json" },
  ])("issues for the secret that was made up for %j", async (settings) => {
    const { issue, realm } = await declaredWorld(settings);
    const outcome = await issue();
    expect(summarizeOutcome(outcome)).toMatch(/^issued, (299000 to 300|300000 to 301)000 ms$/);
    const token = outcome.kind === "issued" ? outcome.token.expose() : "";
    expect(await ping(realm, { authorization: `Bearer ${token}` })).toBe(200);
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
  });

  const { pem: otherKey } = aKeyPair("ed25519");
  const wrongGrant = "invalid_grant";
  const wrongClient = "invalid_client";

  test.each<
    [rule: string, Settings, { settings?: Partial<Settings>; secret?: LocalSecret }, string]
  >([
    ["key", jwtBearer, { secret: { privateKey: otherKey } }, wrongGrant],
    ["kid", jwtBearer, { secret: { keyId: "another" } }, wrongGrant],
    ["issuer", jwtBearer, { secret: { clientId: "another" } }, wrongGrant],
    ["subject", jwtBearer, { secret: { subject: "another" } }, wrongGrant],
    ["subject", assertedScope, { secret: { subject: "another" } }, wrongGrant],
    ["audience", jwtBearer, { settings: { assertion: { audience: "another" } } }, wrongGrant],
    ["life", jwtBearer, { settings: { assertion: { lifetimeSeconds: 600 } } }, wrongGrant],
    [
      "claim",
      assertedScope,
      { settings: { assertion: { ...assertion, claims: { limits: [1, {}], none: null } } } },
      wrongGrant,
    ],
    [
      "algorithm",
      { ...jwtBearer, signingAlgorithm: "RS256" },
      { settings: { signingAlgorithm: "PS256" } },
      wrongGrant,
    ],
    [
      "place of the scope",
      assertedScope,
      { settings: { assertion: { ...assertion, scopeIn: "parameter" } } },
      "invalid_scope",
    ],
    ["scope", assertedScope, { secret: { scope: "pay admin" } }, "invalid_scope"],
    ["client id besides", jwtBearer, { settings: { clientAuthentication: "none" } }, wrongClient],
    ["client", { ...jwtBearer, ...basic }, { secret: { clientSecret: "another" } }, wrongClient],
    [
      "audience",
      { ...jwtBearer, audience: "https://api" },
      { settings: { audience: "https://else" } },
      "invalid_target",
    ],
    [
      "grant",
      jwtBearer,
      { settings: { ...basic, grant: "client-credentials" }, secret: { clientSecret: "s" } },
      "unsupported_grant_type",
    ],
    ["token", exchange, { secret: { subjectToken: "another" } }, "invalid_request"],
    [
      "token",
      { ...exchange, clientAuthentication: "grant" },
      { secret: { subjectToken: "another" } },
      "invalid_request",
    ],
    [
      "type",
      exchange,
      { settings: { tokenExchange: { subjectTokenType: typeOf("saml1") } } },
      "invalid_request",
    ],
    [
      "wanted type",
      exchange,
      {
        settings: {
          tokenExchange: { ...subject, requestedTokenType: typeOf("jwt") },
        },
      },
      "invalid_request",
    ],
    ["client", exchange, { secret: { clientSecret: "another" } }, wrongClient],
    ["name", password, { secret: { username: "another" } }, wrongGrant],
    ["password", password, { secret: { password: "another" } }, wrongGrant],
    [
      "name",
      { ...password, clientAuthentication: "grant" },
      { secret: { username: "another" } },
      wrongGrant,
    ],
    [
      "password",
      { ...password, clientAuthentication: "grant" },
      { secret: { password: "another" } },
      wrongGrant,
    ],
    ["client", password, { secret: { clientSecret: "another" } }, wrongClient],
  ])("refuses another %s than %j has", async (_, settings, changed, error) => {
    const { issue } = await declaredWorld(settings);
    const refused = await issue(changed);
    expect(refused).toMatchObject({
      code: "credentials-rejected",
      detail: expect.stringContaining(error),
    });
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
  });

  test.each<Settings>([
    jwtBearer,
    { ...jwtBearer, clientAuthentication: "private_key_jwt" },
    exchange,
    { ...exchange, clientAuthentication: "none" },
    password,
    { ...password, clientAuthentication: "grant" },
  ])("takes the new secret when that of %j is rotated, and no longer the old", async (settings) => {
    const { issue, played, seeder, realm, secrets } = await declaredWorld(settings);
    const [old = {}] = secrets.values();
    await played.incidents(seeder)(realm).rotate();
    const [next = {}] = secrets.values();
    expect([next["clientId"], next["username"]]).toEqual([old["clientId"], old["username"]]);
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
    expect(summarizeOutcome(await issue({ secret: old }))).toBe("credentials-rejected");
    expect(realm.simulator.counters.credentialsRefused()).toBe(1);
  });

  const client = { clientId: "kept", clientSecret: "of yesterday" };

  test.each<[Settings, LocalSecret]>([
    [jwtBearer, { clientId: "kept", privateKey: otherKey, subject: "jo" }],
    [exchange, { ...client, subjectToken: "kept" }],
    [password, { ...client, username: "jo", password: "kept" }],
  ])("keeps what an earlier run made up for %j, and who has it", async (settings, kept) => {
    const { issue, secrets } = await declaredWorld(settings, kept);
    expect([...secrets.values()]).toEqual([kept]);
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
  });

  test.each<[string, Settings, LocalSecret]>([
    ["no key", jwtBearer, client],
    ["a key of another kind", jwtBearer, { ...client, privateKey: aKeyPair("P-256").pem }],
    ["a text that is no key", jwtBearer, { ...client, privateKey: "a key" }],
    ["no token", exchange, client],
    ["no password", password, { ...client, username: "jo" }],
  ])("replaces what has %s", async (_, settings, kept) => {
    const { issue } = await declaredWorld(settings, kept);
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
  });

  test("says by its own code that it refuses a grant, where the declaration has one", async () => {
    const answer = {
      error: "problem",
      refusal: { codes: ["https://bank.example/not-you"], statuses: [422] },
    };
    const { issue } = await declaredWorld({ ...password, answer });
    const refused = await issue({ secret: { password: "another" } });
    expect(refused).toMatchObject({ detail: expect.stringContaining("422, invalid_client") });
    expect(summarizeOutcome(await issue())).toMatch(/^issued/);
  });

  test("tells clients of one issuer by their keys", async () => {
    const world = await declaredWorld({ ...assertedScope, accounts: ["default", "second"] });
    const [first = {}, second = {}] = world.secrets.values();
    expect(second["clientId"]).toBeDefined();
    expect(summarizeOutcome(await world.issue({ secret: second }))).toMatch(/^issued/);
    expect(summarizeOutcome(await world.issue({ secret: first }))).toMatch(/^issued/);
    expect(Object.keys(world.realm.simulator.counters.issuesPerRevocationScope())).toEqual([
      second["clientId"],
      first["clientId"],
    ]);
  });
});
