import { generateKeyPairSync } from "node:crypto";
import { createCertificateAuthority } from "../../local/simulators/kit/certificates.ts";

/** What the settings of a generic provider's client are where none is given. */
export const clientDefaults = {
  clientAuthentication: "basic",
  basicEncoding: "rfc6749",
  requestFormat: "form",
  dpop: false,
};

/** Every setting of such a client, with a value that is not the default. */
export const clientOptions = {
  clientAuthentication: "post",
  basicEncoding: "raw",
  signingAlgorithm: "PS256",
  assertionIssuer: "acme.example",
  assertionAudience: "https://a.example",
  requestFormat: "json",
  dpop: true,
  audience: "https://api.example",
  resource: "https://api.example/v2",
  tokenParameters: { account_type: "company" },
  answer: { accessToken: "data.token" },
  lifetimeSeconds: 86_400,
};

type KeyType =
  | "rsa"
  | "rsa-1024"
  | "P-256"
  | "P-384"
  | "P-521"
  | "secp256k1"
  | "ed25519"
  | "x25519";

/** A private key in PEM (PKCS #8), with its public key. */
export function aKeyPair(type: KeyType) {
  const { publicKey, privateKey } = keyPairOf(type);
  return { type, publicKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

function keyPairOf(type: KeyType) {
  if (type === "ed25519") return generateKeyPairSync("ed25519");
  if (type === "x25519") return generateKeyPairSync("x25519");
  if (type === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 });
  if (type === "rsa-1024") return generateKeyPairSync("rsa", { modulusLength: 1024 });
  return generateKeyPairSync("ec", { namedCurve: type });
}

export const clientAuthority = await createCertificateAuthority("authority");
const { chain, privateKey } = await clientAuthority.issueClient("client");

/** The members of a secret by which a client shows a certificate. */
export const certificateMembers = { tlsCertificateChain: chain, tlsPrivateKey: privateKey };

/** The members that depend on how a client authenticates. */
export const optionalMembers = {
  privateKey: aKeyPair("P-256").pem,
  keyId: "key-1",
  ...certificateMembers,
};

/** The members that depend on the grant. */
export const membersOfGrants = {
  subject: "person-1",
  subjectToken: "s-1",
  username: "jo",
  password: "p",
};
