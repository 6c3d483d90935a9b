import type { KeyObject } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { readRealm } from "../../../functions/providers/catalogue.ts";
import {
  aKeyPair,
  certificateMembers,
  clientAuthority,
  optionalMembers,
} from "../../support/a-client.ts";
import { codeCredential, refreshCredential } from "../../support/a-consent.ts";
import { at } from "../../support/a-record.ts";
import { aProvider, grantOf, summarizeOutcome } from "../../support/an-issuer.ts";

type Settings = Extract<RealmInput, { provider: "client-credentials" }>;

const settings = (changes: Partial<Settings>): Settings => ({
  provider: "client-credentials",
  environment: "acme",
  tokenUrl: "https://a.example/token",
  ...changes,
});

const byKey = (changes: Partial<Settings> = {}) =>
  settings({ clientAuthentication: "private_key_jwt", ...changes });

/** The one request that is sent for a token, and its parameters. */
async function requestOf(realm: RealmInput, secret: object, credential = codeCredential) {
  const { grant, requests } = await grantOf(realm, JSON.stringify(secret), {}, credential);
  await grant.issue(new AbortController().signal);
  const [request] = requests;
  if (!request || requests.length > 1) throw new Error(`${requests.length} requests`);
  return { request, form: new URLSearchParams(String(request.body)) };
}

/** The claims of an assertion, once its signature has been verified. */
async function assertedIn(form: URLSearchParams, key: KeyObject) {
  const assertion = form.get("client_assertion") ?? "";
  const { payload } = await jwtVerify(assertion, key, { currentDate: at("10:00:00") });
  return { header: decodeProtectedHeader(assertion), payload };
}

describe("a client with a private key (RFC 7523 §2.2)", () => {
  test.each([
    ["rsa", undefined, "RS256"],
    ["rsa", "PS256", "PS256"],
    ["P-256", undefined, "ES256"],
    ["P-384", undefined, "ES384"],
    ["P-521", undefined, "ES512"],
    ["ed25519", undefined, "EdDSA"],
    ["ed25519", "EdDSA", "EdDSA"],
  ] as const)("of %s signs an assertion, as %s by %s", async (type, signingAlgorithm, alg) => {
    const { pem, publicKey } = aKeyPair(type);
    const realm = byKey(signingAlgorithm ? { signingAlgorithm } : {});
    const { request, form } = await requestOf(realm, { clientId: "c:1", privateKey: pem });
    const { header, payload } = await assertedIn(form, publicKey);
    expect(header).toEqual({ alg, typ: "JWT" });
    // Five seconds ago: a server's clock may be a little behind.
    const iat = at("09:59:55").getTime() / 1000;
    expect(payload).toEqual({
      iss: "c:1",
      sub: "c:1",
      aud: "https://a.example/token",
      jti: "00000000-0000-4000-8000-000000000001",
      iat,
      exp: iat + 60,
    });
    expect(form.get("client_assertion_type")).toBe(
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    expect(form.get("client_id")).toBe("c:1");
    expect(request.headers).not.toHaveProperty("authorization");
  });

  test("names its key, and the audience that its realm names", async () => {
    const { pem, publicKey } = aKeyPair("P-256");
    const realm = byKey({ assertionAudience: "https://a.example" });
    const secret = { clientId: "c", privateKey: pem, keyId: "2026-11" };
    const { header, payload } = await assertedIn((await requestOf(realm, secret)).form, publicKey);
    expect(header).toMatchObject({ kid: "2026-11" });
    expect(payload).toMatchObject({ aud: "https://a.example" });
  });

  test("signs an assertion anew for each request of a grant", async () => {
    const { pem } = aKeyPair("P-256");
    const { grant, requests } = await grantOf(
      byKey(),
      JSON.stringify({ clientId: "c", privateKey: pem }),
    );
    const { signal } = new AbortController();
    for (let times = 0; times < 2; times += 1) await grant.issue(signal);
    const ids = requests.map(({ body }) => {
      const assertion = new URLSearchParams(String(body)).get("client_assertion") ?? "";
      return decodeJwt(assertion).jti;
    });
    expect(ids).toEqual([
      "00000000-0000-4000-8000-000000000001",
      "00000000-0000-4000-8000-000000000002",
    ]);
  });
});

test("a client with a certificate sends its id, and shows the certificate (RFC 8705 §2)", async () => {
  const realm = settings({ clientAuthentication: "tls" });
  const { request, form } = await requestOf(realm, { clientId: "c", ...certificateMembers });
  expect([...form]).toEqual([
    ["grant_type", "client_credentials"],
    ["client_id", "c"],
  ]);
  expect(request).toMatchObject({
    clientCertificate: { chain: certificateMembers.tlsCertificateChain },
  });
});

test("a client without authentication sends its id", async () => {
  const { form } = await requestOf(settings({ clientAuthentication: "none" }), { clientId: "c" });
  expect(form.get("client_id")).toBe("c");
});

test.each(["basic", "post", "private_key_jwt", "tls", "none"] as const)(
  "a secret with every member authenticates by the one that the settings name: %s",
  async (clientAuthentication) => {
    const members = { clientId: "c", clientSecret: "s", ...optionalMembers };
    const { request, form } = await requestOf(settings({ clientAuthentication }), members);
    const told = {
      basic: request.headers["authorization"] !== undefined,
      post: form.has("client_secret"),
      private_key_jwt: form.has("client_assertion"),
    };
    expect(told).toEqual({
      basic: clientAuthentication === "basic",
      post: clientAuthentication === "post",
      private_key_jwt: clientAuthentication === "private_key_jwt",
    });
    expect(form.get("client_id")).toBe(clientAuthentication === "basic" ? null : "c");
    expect(request.clientCertificate?.chain).toBe(certificateMembers.tlsCertificateChain);
  },
);

test("a client's id may hold a colon where Basic authentication encodes it", async () => {
  const { request } = await requestOf(settings({}), { clientId: "c:1", clientSecret: "s" });
  expect(request.headers).toMatchObject({ authorization: `Basic ${btoa("c%3A1:s")}` });
});

test("a client's id needs no colon where Basic authentication takes it as it is", async () => {
  const realm = settings({ basicEncoding: "raw" });
  const { request } = await requestOf(realm, { clientId: "c+1", clientSecret: "s" });
  expect(request.headers).toMatchObject({ authorization: `Basic ${btoa("c+1:s")}` });
});

const signing = { clientAuthentication: "private_key_jwt" } as const;
const { tlsCertificateChain } = certificateMembers;

// Keys differ in each run, and a title must not.
test.each<[rule: string, changes: Partial<Settings>, members: object, problem: string]>([
  [
    "no client secret with basic",
    {},
    {},
    "clientSecret: is missing: clientAuthentication is basic.",
  ],
  [
    "no client secret with post",
    { clientAuthentication: "post" },
    {},
    "clientSecret: is missing: clientAuthentication is post.",
  ],
  [
    "no certificate with tls",
    { clientAuthentication: "tls" },
    {},
    "tlsCertificateChain: is missing: clientAuthentication is tls.",
  ],
  [
    "a client secret where a key signs",
    signing,
    { clientSecret: "s" },
    "privateKey: is missing: clientAuthentication is private_key_jwt.",
  ],
  ...[aKeyPair("rsa-1024"), aKeyPair("secp256k1"), aKeyPair("x25519")].map(
    ({ type, pem }) =>
      [
        `a key that is too weak, or of no algorithm: ${type}`,
        signing,
        { privateKey: pem },
        "privateKey: must be RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519.",
      ] as [string, Partial<Settings>, object, string],
  ),
  [
    "a weak key of an algorithm that the settings name",
    { ...signing, signingAlgorithm: "RS256" },
    { privateKey: aKeyPair("rsa-1024").pem },
    "privateKey: cannot sign by RS256, the signingAlgorithm.",
  ],
  [
    "a key of another algorithm than the settings name",
    { ...signing, signingAlgorithm: "ES256" },
    { privateKey: aKeyPair("P-384").pem },
    "privateKey: cannot sign by ES256, the signingAlgorithm.",
  ],
  [
    "a certificate without its key",
    {},
    { clientSecret: "s", tlsCertificateChain },
    "tlsPrivateKey: is missing, or tlsCertificateChain is.",
  ],
  [
    "a certificate with the key of another",
    {},
    { clientSecret: "s", ...certificateMembers, tlsPrivateKey: aKeyPair("P-256").pem },
    "tlsPrivateKey: must be the key of the first certificate of tlsCertificateChain.",
  ],
  [
    "a colon in the id where Basic authentication takes it as it is",
    { basicEncoding: "raw" },
    { clientId: "c:1", clientSecret: "s" },
    "clientId: must not hold a colon: basicEncoding is raw.",
  ],
])(
  "a secret is refused by the member that is wrong or missing: %s",
  async (_, changes, members, problem) => {
    const secret = JSON.stringify({ clientId: "c", ...members });
    await expect(grantOf(settings(changes), secret)).rejects.toMatchObject({
      code: "secret-malformed",
      message: expect.stringContaining(problem),
    });
  },
);

describe("a request", () => {
  test("of JSON says the same as a form", async () => {
    const realm = settings({
      ...{ requestFormat: "json", clientAuthentication: "post", scope: "read" },
      resource: ["https://a.example/1", "https://a.example/2"],
    });
    const { request } = await requestOf(realm, { clientId: "c", clientSecret: "s" });
    expect(request.headers).toMatchObject({ "content-type": "application/json" });
    expect(JSON.parse(String(request.body))).toEqual({
      grant_type: "client_credentials",
      scope: "read",
      resource: ["https://a.example/1", "https://a.example/2"],
      client_id: "c",
      client_secret: "s",
    });
  });

  test("names audience, resources (RFC 8707 §2.2) and constants, with a code and at each refresh", async () => {
    const realm: RealmInput = {
      ...{ provider: "authorization-code", environment: "acme" },
      authorizeUrl: "https://a.example/authorize",
      tokenUrl: "https://a.example/token",
      audience: "api",
      resource: ["https://a.example/1", "https://a.example/2"],
      tokenParameters: { brand: "acme" },
    };
    const refresh = refreshCredential("p") as typeof codeCredential;
    for (const credential of [codeCredential, refresh]) {
      const { form } = await requestOf(realm, { clientId: "c" }, credential);
      expect(form.getAll("resource")).toEqual(realm.resource);
      expect([form.get("audience"), form.get("brand")]).toEqual(["api", "acme"]);
    }
  });

  test.each([
    ["made until a certificate's very end (RFC 5280 §4.1.2.5)", "10:00:00", 1],
    ["not made with one that has expired", "09:59:59", 0],
  ])("is %s", async (_, end, times) => {
    const realm = settings({ clientAuthentication: "tls" });
    const { chain, privateKey } = await clientAuthority.issueClient("c", { notAfter: at(end) });
    const members = { clientId: "c", tlsCertificateChain: chain, tlsPrivateKey: privateKey };
    const { provider, requests, clock } = aProvider(realm);
    clock.moveTo(at("10:00:00"));
    const issuer = await provider.issuer();
    const grant = issuer.openGrant(new Sensitive(JSON.stringify(members)), null);
    const outcome = await grant.issue(new AbortController().signal);
    expect(requests).toHaveLength(times);
    expect(summarizeOutcome(outcome) === "credentials-rejected").toBe(times === 0);
  });
});

test.each([
  [{ tokenParameters: { client_secret: "s" } }, "tokenParameters.client_secret"],
  [{ tokenParameters: { grant_type: "password" } }, "tokenParameters.grant_type"],
  [{ resource: "https://a.example/#x" }, "resource"],
  [{ resource: "/relative" }, "resource"],
  [{ resource: [] }, "resource"],
  [{ clientAuthentication: "digest" }, "clientAuthentication"],
  [{ signingAlgorithm: "none" }, "signingAlgorithm"],
  [{ signingAlgorithm: "HS256" }, "signingAlgorithm"],
])("a realm is refused with %j, by name", (changes, field) => {
  const realm = { ...settings({}), ...changes };
  expect(() => readRealm(JSON.stringify(realm))).toThrow(`REALM: ${field}`);
});
