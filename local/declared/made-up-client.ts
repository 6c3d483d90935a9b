import { createPrivateKey, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { generateValue } from "../secret-seeder.ts";
import type { CertificateAuthority } from "../simulators/kit/certificates.ts";
import { fingerprintOfCertificate } from "../simulators/kit/certificates.ts";
import type { ClientProof } from "../simulators/oauth/client-method.ts";
import type { LocalSecret } from "./declared-realm.ts";

interface ClientSettings {
  readonly clientAuthentication: ClientProof;
  readonly signingAlgorithm?: string | undefined;
}

/** A client's secret, with the members that its way of authentication needs. */
export async function makeUpClient(
  { clientAuthentication, signingAlgorithm = "ES256" }: ClientSettings,
  authority: CertificateAuthority,
): Promise<LocalSecret> {
  const clientId = generateValue("client");
  switch (clientAuthentication) {
    case "basic":
    case "post":
      return { clientId, clientSecret: generateValue("secret") };
    case "private_key_jwt":
      return { clientId, privateKey: await newKey(signingAlgorithm), keyId: generateValue("key") };
    case "tls": {
      const { chain, privateKey } = await authority.issueClient("token-vending");
      return { clientId, tlsCertificateChain: chain, tlsPrivateKey: privateKey };
    }
    case "none":
      return { clientId };
  }
}

/** What the server knows of a client: its secret, its public key or its certificate; undefined if the secret has none. */
export function registrationOf(
  { clientAuthentication }: ClientSettings,
  { clientSecret, privateKey, tlsCertificateChain: chain }: LocalSecret,
): string | undefined {
  switch (clientAuthentication) {
    case "basic":
    case "post":
      return clientSecret;
    case "private_key_jwt":
      return privateKey && publicKeyOf(privateKey);
    case "tls":
      return chain && fingerprintOfCertificate(chain);
    case "none":
      return "";
  }
}

/** Whether a secret of an earlier run authenticates the client still: each run has an authority of its own. */
export function isClientKept(settings: ClientSettings, kept: LocalSecret): boolean {
  const { clientAuthentication, signingAlgorithm } = settings;
  const { clientId, privateKey = "" } = kept;
  if (!clientId || clientAuthentication === "tls" || !registrationOf(settings, kept)) {
    return clientAuthentication === "none" && clientId !== undefined;
  }
  if (clientAuthentication !== "private_key_jwt" || !signingAlgorithm) return true;
  const { asymmetricKeyType: type, asymmetricKeyDetails } = createPrivateKey(privateKey);
  const [wantedType, wanted = {}] = kindOfKey(signingAlgorithm);
  return type === wantedType && asymmetricKeyDetails?.namedCurve === wanted.namedCurve;
}

const publicKeyOf = (pem: string) =>
  createPublicKey(pem).export({ format: "pem", type: "spki" }).toString();

type KeyKind = readonly [
  type: "rsa" | "ec" | "ed25519",
  options?: { readonly namedCurve?: string },
];

const curves: Readonly<Record<string, string>> = {
  ES256: "prime256v1",
  ES384: "secp384r1",
  ES512: "secp521r1",
};

/** RFC 7518 §3.1, RFC 8037 §3.1. */
function kindOfKey(algorithm: string): KeyKind {
  const namedCurve = curves[algorithm];
  if (namedCurve !== undefined) return ["ec", { namedCurve }];
  return [algorithm === "EdDSA" ? "ed25519" : "rsa"];
}

async function newKey(algorithm: string): Promise<string> {
  const [type, { namedCurve = "" } = {}] = kindOfKey(algorithm);
  const pair =
    type === "rsa"
      ? await promisify(generateKeyPair)("rsa", { modulusLength: 2048 })
      : type === "ec"
        ? await promisify(generateKeyPair)("ec", { namedCurve })
        : await promisify(generateKeyPair)("ed25519");
  return pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}
