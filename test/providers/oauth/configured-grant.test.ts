import type { KeyObject } from "node:crypto";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { readRealm } from "../../../functions/providers/catalogue.ts";
import { aKeyPair } from "../../support/a-client.ts";
import { at } from "../../support/a-record.ts";
import { grantOf } from "../../support/an-issuer.ts";

type Settings = Extract<RealmInput, { provider: "client-credentials" }>;

/** A server to which the grant alone says who asks. */
const realmOf = (changes: Partial<Settings>): Settings => ({
  provider: "client-credentials",
  environment: "acme",
  tokenUrl: "https://a.example/token",
  clientAuthentication: "grant",
  ...changes,
});

/** The requests for `times` tokens, and their parameters. */
async function requestsOf(realm: RealmInput, secret: object, times = 1) {
  const { grant, requests } = await grantOf(realm, JSON.stringify(secret));
  for (let time = 0; time < times; time += 1) await grant.issue(new AbortController().signal);
  return requests.map((request) => ({
    request,
    form: new URLSearchParams(String(request.body)),
  }));
}

async function requestOf(realm: RealmInput, secret: object) {
  const [sent] = await requestsOf(realm, secret);
  return sent ?? expect.fail("nothing was sent");
}

/** What an assertion says, once its signature has been verified. */
async function verified(form: URLSearchParams, key: KeyObject) {
  const assertion = form.get("assertion") ?? "";
  const { payload } = await jwtVerify(assertion, key, { currentDate: at("10:00:00") });
  return { header: decodeProtectedHeader(assertion), payload };
}

const assertionType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const { pem: privateKey, publicKey } = aKeyPair("P-256");
const secret = { clientId: "vending@acme.example", privateKey };
const jwtBearer = { grant: "jwt-bearer" } as const;
const secondsOf = (instant: Date) => instant.getTime() / 1000;

describe("an assertion that we sign (RFC 7523 §2.1)", () => {
  test("is all that is sent, and says what RFC 7523 §3 requires", async () => {
    const { request, form } = await requestOf(realmOf(jwtBearer), secret);
    expect([...form.keys()]).toEqual(["grant_type", "assertion"]);
    expect(form.get("grant_type")).toBe(assertionType);
    expect(request.headers).not.toHaveProperty("authorization");
    const { header, payload } = await verified(form, publicKey);
    expect(header).toEqual({ alg: "ES256", typ: "JWT" });
    expect(payload).toEqual({
      iss: "vending@acme.example",
      aud: "https://a.example/token",
      jti: "00000000-0000-4000-8000-000000000001",
      iat: secondsOf(at("09:59:55")),
      exp: secondsOf(at("10:00:55")),
    });
  });

  test("says what its settings and the secret say", async () => {
    const claims = { box_sub_type: "enterprise", limits: [1, { deep: true }], none: null };
    const realm = realmOf({
      ...{ ...jwtBearer, scope: "read write", signingAlgorithm: "PS256" },
      assertion: {
        ...{ claims, scopeIn: "claim", lifetimeSeconds: 600 },
        ...{ issuer: "issuer-1", subject: "person-1", audience: "account.a.example" },
      },
    });
    const { pem, publicKey: rsa } = aKeyPair("rsa");
    const { form } = await requestOf(realm, { clientId: "c", privateKey: pem, keyId: "key-7" });
    const { header, payload } = await verified(form, rsa);
    expect(header).toEqual({ alg: "PS256", typ: "JWT", kid: "key-7" });
    expect(payload).toMatchObject({
      ...{ ...claims, scope: "read write" },
      ...{ iss: "issuer-1", sub: "person-1", aud: "account.a.example" },
      exp: secondsOf(at("10:09:55")),
    });
    expect(form.has("scope")).toBe(false);
  });

  test("is for the secret's subject and scope, before those of the settings", async () => {
    const realm = realmOf({ ...jwtBearer, assertion: { subject: "person-1" }, scope: "read" });
    const { form } = await requestOf(realm, { ...secret, subject: "person-2", scope: "write" });
    expect((await verified(form, publicKey)).payload).toMatchObject({ sub: "person-2" });
    expect(form.get("scope")).toBe("write");
  });

  test("is for the server that the client's own assertions are for, if nothing else is said", async () => {
    const realm = realmOf({ ...jwtBearer, assertionAudience: "https://a.example" });
    const { form } = await requestOf(realm, secret);
    expect((await verified(form, publicKey)).payload).toMatchObject({ aud: "https://a.example" });
  });

  test("is signed anew for each request", async () => {
    const sent = await requestsOf(realmOf(jwtBearer), secret, 3);
    const read = await Promise.all(sent.map(({ form }) => verified(form, publicKey)));
    expect(new Set(read.map(({ payload }) => payload.jti)).size).toBe(3);
  });

  test("is sent beside the proof of who the client is, each with an id of its own", async () => {
    const byKey = realmOf({ ...jwtBearer, clientAuthentication: "private_key_jwt" });
    const { form } = await requestOf(byKey, { ...secret, clientId: "client-1" });
    const { payload: proof } = await jwtVerify(form.get("client_assertion") ?? "", publicKey, {
      currentDate: at("10:00:00"),
    });
    expect(proof).toMatchObject({ iss: "client-1", sub: "client-1" });
    expect((await verified(form, publicKey)).payload.jti).not.toBe(proof.jti);

    const byPost = realmOf({ ...jwtBearer, clientAuthentication: "post" });
    const { form: posted } = await requestOf(byPost, { ...secret, clientSecret: "s" });
    expect([...posted.keys()]).toEqual(["grant_type", "assertion", "client_id", "client_secret"]);

    const byId = realmOf({ ...jwtBearer, clientAuthentication: "none" });
    expect((await requestOf(byId, secret)).form.get("client_id")).toBe(secret.clientId);
  });

  test("is a member of JSON where requests are, with audience, resource and constants", async () => {
    const purpose = { audience: "api", resource: "https://api.example/1" };
    const tokenParameters = { brand: "acme" };
    const changes = { requestFormat: "json", ...purpose, tokenParameters } as const;
    const { request } = await requestOf(realmOf({ ...jwtBearer, ...changes }), secret);
    expect(JSON.parse(String(request.body))).toEqual({
      ...{ grant_type: assertionType, assertion: expect.any(String) },
      ...{ ...purpose, ...tokenParameters },
    });
  });
});

// Keys differ in each run, and a title must not.
test.each<[rule: string, changes: Partial<Settings>, members: object, problem: string]>([
  ["no key", jwtBearer, { privateKey: undefined }, "privateKey: is missing: grant is jwt-bearer."],
  [
    "a key that cannot sign",
    jwtBearer,
    { privateKey: aKeyPair("secp256k1").pem },
    "privateKey: must be RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519.",
  ],
])(
  "a secret is refused by the member that the grant needs: %s",
  async (_, changes, members, problem) => {
    const opened = grantOf(realmOf(changes), JSON.stringify({ ...secret, ...members }));
    await expect(opened).rejects.toMatchObject({ code: "secret-malformed", message: problem });
  },
);

test.each<[changes: object, problem: string]>([
  [{ grant: "saml2-bearer" }, "grant"],
  [{ assertion: { subjct: "x" } }, "assertion.subjct: is unknown; did you mean subject?"],
  [{ assertion: { subject: "" } }, "assertion.subject: must not be empty"],
  [{ assertion: { issuer: "a\nb" } }, "assertion.issuer: must not be empty"],
  [{ assertion: { scopeIn: "header" } }, "assertion.scopeIn"],
  [{ assertion: { lifetimeSeconds: 9 } }, "assertion.lifetimeSeconds"],
  [{ assertion: { lifetimeSeconds: 3601 } }, "assertion.lifetimeSeconds"],
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope"].map((name): [object, string] => [
    { assertion: { claims: { [name]: 1 } } },
    `assertion.claims.${name}: is sent anyway`,
  ]),
  ...["assertion", "assertion_type"].map((name): [object, string] => [
    { tokenParameters: { [name]: "x" } },
    `tokenParameters.${name}`,
  ]),
  [{ grant: "client-credentials" }, "clientAuthentication: must not be grant"],
])("a realm is refused with %j, by name", (changes, problem) => {
  const realm = { ...realmOf(jwtBearer), ...changes };
  expect(() => readRealm(JSON.stringify(realm))).toThrow(`REALM: ${problem}`);
});

test("at a provider with consents the grant cannot say who the client is", () => {
  const realm = {
    ...{ provider: "authorization-code", environment: "acme", clientAuthentication: "grant" },
    ...{ authorizeUrl: "https://a.example/authorize", tokenUrl: "https://a.example/token" },
  };
  expect(() => readRealm(JSON.stringify(realm))).toThrow("REALM: clientAuthentication: ");
});
