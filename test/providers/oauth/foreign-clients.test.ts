import type { webcrypto } from "node:crypto";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { calculateJwkThumbprint } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { nodeHttp } from "../../../functions/platform/http-request.ts";
import { systemClock } from "../../../functions/platform/system-clock.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { providerOf, readRealm } from "../../../functions/providers/catalogue.ts";
import { aKeyPair, certificateMembers, clientAuthority } from "../../support/a-client.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import type { ForeignClient, ForeignProvider } from "../../support/foreign-provider.ts";
import { startForeignProvider } from "../../support/foreign-provider.ts";
import { loopbackOnly } from "../../support/network-policies.ts";

type Settings = Partial<Extract<RealmInput, { provider: "client-credentials" }>>;

const kinds = ["rsa", "P-256", "P-384", "P-521", "ed25519"] as const;
const pairs = new Map(kinds.map((kind) => [kind, aKeyPair(kind)]));
const ownCertificate = new X509Certificate(certificateMembers.tlsCertificateChain);
const clientSecret = "s3cret: +/%&=?~ with signs";

const clients: readonly Omit<ForeignClient, "redirectUri">[] = [
  { clientId: "basic", authentication: "client_secret_basic", clientSecret },
  { clientId: "post", authentication: "client_secret_post", clientSecret },
  { clientId: "bound", authentication: "client_secret_basic", clientSecret, isBound: true },
  // By its subject, and the authority that vouches for it.
  { clientId: "client", authentication: "tls_client_auth" },
  {
    clientId: "self-signed",
    authentication: "self_signed_tls_client_auth",
    keys: [
      {
        ...ownCertificate.publicKey.export({ format: "jwk" }),
        x5c: [ownCertificate.raw.toString("base64")],
      } as webcrypto.JsonWebKey,
    ],
  },
  ...[...pairs].map(([kind, { publicKey }]) => ({
    clientId: kind,
    authentication: "private_key_jwt" as const,
    keys: [{ ...publicKey.export({ format: "jwk" }), kid: "other" } as webcrypto.JsonWebKey],
  })),
];

const trusted = getCACertificates("default");
let foreign: ForeignProvider;
beforeAll(async () => {
  const { chain, privateKey } = await clientAuthority.issueServer();
  foreign = await startForeignProvider(
    clients.map((client) => ({ ...client, redirectUri: null })),
    { cert: chain, key: privateKey, ca: clientAuthority.certificate },
  );
  setDefaultCACertificates([...trusted, clientAuthority.certificate]);
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await foreign.stop();
});

/** The outcome of one token request on the machine's own network. */
async function issueAt(origin: string | null, secret: object, changes: Settings) {
  const realm = {
    ...{ provider: "client-credentials", environment: "acme" },
    ...{ tokenUrl: `${origin}/token`, scope: "ledger:read" },
    ...changes,
  };
  const send = nodeHttp(systemClock, loopbackOnly);
  const newRequestId = () => crypto.randomUUID();
  const context = { send, clock: systemClock, newRequestId };
  const issuer = await providerOf(readRealm(JSON.stringify(realm)), context).issuer();
  const grant = issuer.openGrant(new Sensitive(JSON.stringify(secret)), null);
  return grant.issue(AbortSignal.timeout(5000));
}

async function clientOf(outcome: Awaited<ReturnType<typeof issueAt>>) {
  if (outcome.kind !== "issued") throw new Error(JSON.stringify(outcome));
  return foreign.clientOf(outcome.token.expose());
}

test.each(["basic", "post"] as const)("a server of others knows a client by %s", async (by) => {
  const secret = { clientId: by, clientSecret };
  const outcome = await issueAt(foreign.issuer, secret, { clientAuthentication: by });
  expect(await clientOf(outcome)).toEqual({ clientId: by, resource: null });
});

test.each([...kinds.map((kind) => [kind, undefined] as const), ["rsa", "PS256"] as const])(
  "a server of others knows a client by its key: %s, %s",
  async (kind, signingAlgorithm) => {
    const secret = { clientId: kind, privateKey: pairs.get(kind)?.pem };
    const changes = { clientAuthentication: "private_key_jwt", signingAlgorithm } as const;
    for (const assertionAudience of [undefined, foreign.issuer]) {
      const settings = { ...changes, ...(assertionAudience && { assertionAudience }) };
      const outcome = await issueAt(foreign.issuer, secret, settings);
      expect(await clientOf(outcome)).toMatchObject({ clientId: kind });
    }
  },
);

test.each(["client", "self-signed"])(
  "a server of others knows a client by its certificate: %s",
  async (clientId) => {
    const secret = { clientId, ...certificateMembers };
    const outcome = await issueAt(foreign.secureOrigin, secret, { clientAuthentication: "tls" });
    expect(await clientOf(outcome)).toMatchObject({ clientId });
  },
);

test("a server of others issues a token for the resource (RFC 8707)", async () => {
  const secret = { clientId: "basic", clientSecret };
  const resource = "https://api.example/ledger";
  const outcome = await issueAt(foreign.issuer, secret, { resource });
  expect(await clientOf(outcome)).toEqual({ clientId: "basic", resource });
});

test.each([false, true])(
  "a server of others binds a token to our key; nonces: %s",
  async (nonces) => {
    await foreign.wantNonces(nonces);
    const secret = { clientId: "bound", clientSecret };
    const issue = () => issueAt(foreign.issuer, secret, { dpop: true });
    const [one, other] = [await issue(), await issue()];
    if (one.kind !== "issued" || other.kind !== "issued") throw new Error(JSON.stringify(one));
    const bound = await foreign.boundTo(one.token.expose());
    expect(bound).toMatch(/^[\w-]{43}$/);
    expect(bound).toBe(await calculateJwkThumbprint(publicKeyOf(one.proofKey)));
    // Each has a key of its own.
    expect(await foreign.boundTo(other.token.expose())).not.toBe(bound);
  },
);

test("a server of others binds no token for a client that proves no key", async () => {
  const outcome = await issueAt(foreign.issuer, { clientId: "bound", clientSecret }, {});
  expect(outcome).toMatchObject({ kind: "not-issued" });
});

function publicKeyOf(proofKey: Sensitive | undefined) {
  const key = Buffer.from(proofKey?.expose() ?? "", "base64url");
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
  return createPublicKey(privateKey).export({ format: "jwk" });
}

test.each<[string, object, Settings]>([
  ["another secret", { clientId: "basic", clientSecret: "other" }, {}],
  [
    "another key",
    { clientId: "P-256", privateKey: aKeyPair("P-256").pem },
    { clientAuthentication: "private_key_jwt" },
  ],
  [
    "an assertion for somebody else",
    { clientId: "P-256", privateKey: pairs.get("P-256")?.pem },
    { clientAuthentication: "private_key_jwt", assertionAudience: "https://other.example" },
  ],
  ["no certificate", { clientId: "client" }, { clientAuthentication: "none" }],
])("a server of others refuses %s, and that is told as such", async (_, secret, changes) => {
  const outcome = await issueAt(foreign.secureOrigin, secret, changes);
  expect(summarizeOutcome(outcome)).toBe("credentials-rejected");
});
