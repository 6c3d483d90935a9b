import "reflect-metadata"; // before @peculiar/x509, which does not load without it
import { KeyObject, webcrypto, X509Certificate } from "node:crypto";
import type { Extension } from "@peculiar/x509";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** PEM. The chain starts with the leaf and ends with the authority, as ConnectPay requires. */
export interface CertificateAndKey {
  readonly chain: string;
  readonly privateKey: string;
}

/** A private certificate authority for the simulators. */
export interface CertificateAuthority {
  /** The root certificate (PEM), which callers have to trust, for example by `NODE_EXTRA_CA_CERTS`. */
  readonly certificate: string;
  /** For servers on this machine: `localhost`, 127.0.0.1 and ::1, and a further name. */
  issueServer(name?: string): Promise<CertificateAndKey>;
  issueClient(name: string, validity?: Partial<Validity>): Promise<CertificateAndKey>;
}

/** Relative to the machine's own clock, because TLS checks against it. */
interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export async function createCertificateAuthority(name: string): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const issue = (subject: string, publicKey: webcrypto.CryptoKey, about: CertificateOptions) =>
    certificate({ ...about, subject, publicKey, issuer: name, signingKey: keys.privateKey });
  const own = await issue(name, keys.publicKey, {
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });

  async function issueLeaf(subject: string, about: CertificateOptions): Promise<CertificateAndKey> {
    const { publicKey, privateKey } = await generateKeys();
    const extensions = [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      ...about.extensions,
    ];
    return {
      chain: (await issue(subject, publicKey, { ...about, extensions })) + own,
      privateKey: KeyObject.from(privateKey).export({ format: "pem", type: "pkcs8" }).toString(),
    };
  }

  return {
    certificate: own,
    issueServer: (name = "localhost") =>
      issueLeaf(name, {
        extensions: [
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension([
            { type: "dns", value: name },
            { type: "dns", value: "localhost" },
            { type: "ip", value: "127.0.0.1" },
            { type: "ip", value: "::1" },
          ]),
        ],
      }),
    issueClient: (client, validity = {}) =>
      issueLeaf(client, {
        extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
        validity,
      }),
  };
}

/** SHA-256 fingerprint of the leaf, in the format of Node's TLS. */
export function fingerprintOfCertificate(chain: string): string {
  return new X509Certificate(chain).fingerprint256;
}

interface CertificateOptions {
  readonly extensions: Extension[];
  readonly validity?: Partial<Validity>;
}

interface Certificate extends CertificateOptions {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: webcrypto.CryptoKey;
  readonly signingKey: webcrypto.CryptoKey;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

async function certificate({ subject, issuer, validity, ...about }: Certificate): Promise<string> {
  const generated = await X509CertificateGenerator.create({
    ...aYearFromNow(),
    ...validity,
    ...about,
    subject: commonName(subject),
    issuer: commonName(issuer),
    signingAlgorithm: algorithm,
  });
  return `${generated.toString("pem")}\n`;
}

/** As a literal value: commas, quotes and backslashes have no special meaning. */
const commonName = (name: string) => new Name([{ CN: [{ utf8String: name }] }]);

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

function aYearFromNow(): Validity {
  const now = Date.now();
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 365 * 86_400_000) };
}
