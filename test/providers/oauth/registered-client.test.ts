import type { KeyObject } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { readRealm } from "../../../functions/providers/catalogue.ts";
import { aKeyPair, certificateMembers, clientAuthority } from "../../support/a-client.ts";
import { codeCredential, refreshCredential } from "../../support/a-consent.ts";
import { at } from "../../support/a-record.ts";
import { grantOf, summarizeOutcome } from "../../support/an-issuer.ts";

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
    const iat = at("10:00:00").getTime() / 1000;
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

test.each<[changes: Partial<Settings>, secret: object, problem: string]>([
  [{}, {}, "clientSecret: is missing: clientAuthentication is basic."],
  [{ clientAuthentication: "post" }, {}, "clientSecret: is missing: clientAuthentication is post."],
  [{ clientAuthentication: "tls" }, {}, "tlsCertificateChain: is missing"],
  [{ clientAuthentication: "private_key_jwt" }, { clientSecret: "s" }, "privateKey: is missing"],
  [
    { clientAuthentication: "private_key_jwt" },
    { privateKey: aKeyPair("rsa-1024").pem },
    "privateKey: must be RSA of at least 2048 bits",
  ],
  [
    { clientAuthentication: "private_key_jwt", signingAlgorithm: "ES256" },
    { privateKey: aKeyPair("P-384").pem },
    "privateKey: cannot sign by ES256",
  ],
  [
    {},
    { clientSecret: "s", tlsCertificateChain: certificateMembers.tlsCertificateChain },
    "tlsPrivateKey: is missing",
  ],
  [
    {},
    { clientSecret: "s", ...certificateMembers, tlsPrivateKey: aKeyPair("P-256").pem },
    "tlsPrivateKey: must be the key of the first certificate",
  ],
])("with %j the secret %j is refused by the member", async (changes, members, problem) => {
  const secret = JSON.stringify({ clientId: "c", ...members });
  await expect(grantOf(settings(changes), secret)).rejects.toMatchObject({
    code: "secret-malformed",
    message: expect.stringContaining(problem),
  });
});

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

  test("is not made with a certificate that has expired", async () => {
    const realm = settings({ clientAuthentication: "tls", environment: "acme" });
    const notAfter = new Date("2026-11-20T09:00:00Z");
    const { chain, privateKey } = await clientAuthority.issueClient("late", { notAfter });
    const members = { clientId: "c", tlsCertificateChain: chain, tlsPrivateKey: privateKey };
    const secret = JSON.stringify(members);
    const { grant, requests } = await grantOf(realm, secret);
    const outcome = await grant.issue(new AbortController().signal);
    expect(summarizeOutcome(outcome)).toBe("credentials-rejected");
    expect(requests).toEqual([]);
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
