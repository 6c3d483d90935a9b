import type { webcrypto } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import type { SendHttp } from "../../../functions/platform/http-request.ts";
import { nodeHttp } from "../../../functions/platform/http-request.ts";
import { systemClock } from "../../../functions/platform/system-clock.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { providerOf, readRealm } from "../../../functions/providers/catalogue.ts";
import { aKeyPair } from "../../support/a-client.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import type { ForeignProvider } from "../../support/foreign-provider.ts";
import { startForeignProvider } from "../../support/foreign-provider.ts";
import { loopbackOnly } from "../../support/network-policies.ts";

type Settings = Partial<Extract<RealmInput, { provider: "client-credentials" }>>;

const assertionGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
const accessToken = "urn:ietf:params:oauth:token-type:access_token";
const jwt = "urn:ietf:params:oauth:token-type:jwt";
const kinds = ["rsa", "P-256", "P-384", "P-521", "ed25519"] as const;
const pairs = new Map(kinds.map((kind) => [kind, aKeyPair(kind)]));
const pem = pairs.get("P-256")?.pem;
const password = "p&ss w+rd: 100% €";
const clientSecret = "s3cret: +/%&=?~ with signs";

const registered = { grant: assertionGrant, redirectUri: null };
let foreign: ForeignProvider;
beforeAll(async () => {
  foreign = await startForeignProvider([
    { clientId: "public", authentication: "none", ...registered },
    { clientId: "exchange", authentication: "none", grant: exchangeGrant, redirectUri: null },
    { clientId: "legacy", authentication: "none", grant: "password", redirectUri: null },
    { clientId: "basic", authentication: "client_secret_basic", clientSecret, ...registered },
    {
      clientId: "P-256",
      authentication: "private_key_jwt",
      keys: [publicKeyOf("P-256")],
      ...registered,
    },
  ]);
  await foreign.enroll({ username: "jo", password });
  for (const kind of kinds) await foreign.trust({ issuer: kind, keys: [publicKeyOf(kind)] });
});
afterAll(() => foreign.stop());

function publicKeyOf(kind: (typeof kinds)[number]) {
  const { publicKey } = pairs.get(kind) ?? expect.fail("no key");
  return { ...publicKey.export({ format: "jwk" }), kid: "key-1" } as webcrypto.JsonWebKey;
}

/** A grant for the client `public`, or the one that the changes say, at a clock that may be wrong. */
async function openAt(secret: object, changes: Settings, { send = realSend, aheadMs = 0 } = {}) {
  const realm = {
    ...{ provider: "client-credentials", environment: "acme" },
    ...{ tokenUrl: `${foreign.issuer}/token`, scope: "ledger:read", clientAuthentication: "none" },
    ...changes,
  };
  const clock = { ...systemClock, now: () => plusMs(systemClock.now(), aheadMs) };
  const context = { send, clock, newRequestId: () => crypto.randomUUID() };
  const issuer = await providerOf(readRealm(JSON.stringify(realm)), context).issuer();
  return issuer.openGrant(new Sensitive(JSON.stringify({ clientId: "public", ...secret })), null);
}

const realSend: SendHttp = nodeHttp(systemClock, loopbackOnly);

async function issueAt(...[secret, changes, world]: Parameters<typeof openAt>) {
  return (await openAt(secret, changes, world)).issue(AbortSignal.timeout(5000));
}

async function grantedBy(outcome: Awaited<ReturnType<typeof issueAt>>) {
  if (outcome.kind !== "issued") throw new Error(JSON.stringify(outcome));
  return foreign.grantOf(outcome.token.expose());
}

const asserting = (issuer: string, more: object = {}): Settings => ({
  grant: "jwt-bearer",
  assertion: { issuer, subject: "person-1", ...more },
});

test.each([...kinds.map((kind) => [kind, undefined] as const), ["rsa", "PS256"] as const])(
  "a server of others accepts an assertion signed by a key: %s, %s",
  async (kind, signingAlgorithm) => {
    const changes = { ...asserting(kind), ...(signingAlgorithm && { signingAlgorithm }) };
    const secret = { privateKey: pairs.get(kind)?.pem, keyId: "key-1" };
    expect(await grantedBy(await issueAt(secret, changes))).toEqual({
      clientId: "public",
      subject: "person-1",
      scope: "ledger:read",
    });
  },
);

test("a server of others knows the client beside the assertion, by its secret or by the same key", async () => {
  const bySecret = { clientId: "basic", clientSecret, privateKey: pem };
  const basic = { ...asserting("P-256"), clientAuthentication: "basic" } as const;
  expect(await grantedBy(await issueAt(bySecret, basic))).toMatchObject({ clientId: "basic" });
  const byKey = { clientId: "P-256", privateKey: pem };
  const signed = { ...asserting("P-256"), clientAuthentication: "private_key_jwt" } as const;
  expect(await grantedBy(await issueAt(byKey, signed))).toMatchObject({ clientId: "P-256" });
});

test("a server of others is presented no assertion twice, though it is asked as often", async () => {
  const grant = await openAt({ privateKey: pem }, asserting("P-256"));
  for (let times = 0; times < 3; times += 1)
    expect((await grant.issue(AbortSignal.timeout(5000))).kind).toBe("issued");
});

test("a server of others refuses an assertion that is presented again", async () => {
  const twice: SendHttp = async (request, signal) => {
    await realSend(request, signal);
    return realSend(request, signal);
  };
  const outcome = await issueAt({ privateKey: pem }, asserting("P-256"), { send: twice });
  expect(summarizeOutcome(outcome)).toBe("credentials-rejected");
});

test.each<[string, object, Settings]>([
  ["another key", { privateKey: aKeyPair("P-256").pem }, asserting("P-256")],
  ["an unknown issuer", { privateKey: pem }, asserting("nobody")],
  [
    "an assertion for somebody else",
    { privateKey: pem },
    asserting("P-256", { audience: "https://other.example" }),
  ],
  ["one about nobody", { privateKey: pem }, asserting("P-256", { subject: undefined })],
])("a server of others refuses %s, and that is told as such", async (_, secret, changes) => {
  expect(summarizeOutcome(await issueAt(secret, changes))).toBe("credentials-rejected");
});

test.each([
  ["an hour ahead", 3_600_000],
  ["two minutes behind", -120_000],
])(
  "a server of others for which we are %s is not told that the key is wrong",
  async (_, aheadMs) => {
    const send: SendHttp = async (request, signal) => {
      const response = await realSend(request, signal);
      const requestedAt = plusMs(response.requestedAt, aheadMs);
      return {
        status: response.status,
        headers: response.headers,
        body: response.body,
        requestedAt,
        receivedAt: requestedAt,
      } as never;
    };
    const outcome = await issueAt({ privateKey: pem }, asserting("P-256"), { aheadMs, send });
    expect(summarizeOutcome(outcome)).toBe("provider-unavailable");
  },
);

test("a server of others whose clock is four seconds behind ours issues all the same", async () => {
  const outcome = await issueAt({ privateKey: pem }, asserting("P-256"), { aheadMs: 4000 });
  expect(outcome.kind).toBe("issued");
});

/** A token of the server's own, which another one is exchanged for. */
async function aSubjectToken(): Promise<string> {
  const outcome = await issueAt({ privateKey: pem }, asserting("P-256"));
  return outcome.kind === "issued" ? outcome.token.expose() : expect.fail("no subject token");
}

test.each([undefined, accessToken, jwt])(
  "a server of others exchanges a token for one of the requested type: %s",
  async (requestedTokenType) => {
    const secret = { clientId: "exchange", subjectToken: await aSubjectToken() };
    const tokenExchange = { subjectTokenType: accessToken, requestedTokenType };
    const outcome = await issueAt(secret, { grant: "token-exchange", tokenExchange });
    expect(await grantedBy(outcome)).toMatchObject({ clientId: "exchange", subject: "person-1" });
  },
);

test.each([
  ["a token that is not its own", "t-1", accessToken],
  ["a token under another type", null, jwt],
])(
  "a server of others refuses %s, and that is told as such",
  async (_, given, subjectTokenType) => {
    const secret = { clientId: "exchange", subjectToken: given ?? (await aSubjectToken()) };
    const settings = { grant: "token-exchange", tokenExchange: { subjectTokenType } } as const;
    expect(summarizeOutcome(await issueAt(secret, settings))).toBe("credentials-rejected");
  },
);

test("a server of others accepts a user's password, and its refresh token is left alone", async () => {
  const secret = { clientId: "legacy", username: "jo", password };
  const outcome = await issueAt(secret, { grant: "password" });
  expect(await grantedBy(outcome)).toEqual({
    ...{ clientId: "legacy", subject: "jo", scope: "ledger:read" },
  });
  expect(outcome).toMatchObject({ consent: null });
});

test("a server of others refuses another password, and what it says of it is not repeated", async () => {
  const secret = { clientId: "legacy", username: "jo", password: "CANARY-81f0" };
  const outcome = await issueAt(secret, { grant: "password" });
  expect(summarizeOutcome(outcome)).toBe("credentials-rejected");
  expect(JSON.stringify(outcome)).not.toContain("CANARY");
});
