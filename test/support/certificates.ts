import { webcrypto } from "node:crypto";
import type { X509Certificate } from "@peculiar/x509";

/** PEM: the chain from leaf to authority, and the leaf's key. */
export interface Identity {
  readonly chain: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;

/** Its dependency injection wants reflect-metadata to be there, and injects nothing by it. */
async function loadX509() {
  const none = () => undefined;
  Object.assign(Reflect, { getMetadata: none, getOwnMetadata: none, defineMetadata: none });
  return import("@peculiar/x509");
}

/** An authority that issues certificates for this machine, and its own certificate. */
export async function anAuthority(name: string) {
  const {
    BasicConstraintsExtension,
    PemConverter,
    SubjectAlternativeNameExtension,
    X509CertificateGenerator,
  } = await loadX509();
  const keys = await newKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity(2),
    name: `CN=${name}`,
    signingAlgorithm: algorithm,
    keys,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const issue = async (subject: string, days = 2): Promise<Identity> => {
    const leafKeys = await newKeys();
    const leaf = await X509CertificateGenerator.create({
      ...validity(days),
      subject: `CN=${subject}`,
      issuer: authority.subject,
      publicKey: leafKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(false),
        new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
      ],
    });
    const key = await webcrypto.subtle.exportKey("pkcs8", leafKeys.privateKey);
    return { chain: pem(leaf) + pem(authority), key: PemConverter.encode(key, "PRIVATE KEY") };
  };
  return { certificate: pem(authority), issue };
}

/** From three days ago; TLS goes by the machine's own clock. */
function validity(days: number) {
  const now = Date.now();
  return { notBefore: new Date(now - 3 * dayMs), notAfter: new Date(now + days * dayMs) };
}

function newKeys() {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

const pem = (certificate: X509Certificate) => `${certificate.toString("pem")}\n`;
