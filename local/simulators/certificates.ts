import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import {
  bitString,
  explicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  text,
  time,
  yes,
} from "./der.ts";

/** PEM. The chain runs from the leaf to the authority, as ConnectPay asks for it. */
export interface CertificateAndKey {
  readonly chain: string;
  readonly privateKey: string;
}

/** A made-up authority, whose certificates nobody else trusts. */
export interface Authority {
  /** Its own certificate, PEM: what a caller has to trust, by `NODE_EXTRA_CA_CERTS` or otherwise. */
  readonly certificate: string;
  /** For servers on this machine: `localhost`, 127.0.0.1 and ::1. */
  issueServer(): CertificateAndKey;
  issueClient(name: string, validity?: Partial<Validity>): CertificateAndKey;
}

/** TLS checks dates against the machine's own clock, so that is what they are counted from. */
interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export function createAuthority(name: string): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issue = (subject: string, publicKey: KeyObject, about: About) =>
    certificate({ ...about, subject, publicKey, issuer: name, signingKey: keys.privateKey });
  const own = issue(name, keys.publicKey, {
    extensions: [
      extension("2.5.29.19", sequence(yes), "critical"), // basicConstraints: a CA
      extension("2.5.29.15", bitString(Buffer.from([0x06]), 1), "critical"), // it signs others
    ],
  });

  function leaf(subject: string, about: About): CertificateAndKey {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const extensions = [
      extension("2.5.29.15", bitString(Buffer.from([0x80]), 7), "critical"), // digitalSignature
      ...about.extensions,
    ];
    return {
      chain: issue(subject, publicKey, { ...about, extensions }) + own,
      privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    };
  }

  return {
    certificate: own,
    issueServer: () =>
      leaf("localhost", {
        extensions: [
          purpose("1.3.6.1.5.5.7.3.1"),
          extension(
            "2.5.29.17", // subjectAltName
            sequence(
              tagged(0x82, Buffer.from("localhost")),
              tagged(0x87, Buffer.from([127, 0, 0, 1])),
              tagged(0x87, Buffer.from([...Buffer.alloc(15), 1])),
            ),
          ),
        ],
      }),
    issueClient: (client, validity = {}) =>
      leaf(client, { extensions: [purpose("1.3.6.1.5.5.7.3.2")], validity }),
  };
}

/** Of the leaf, as Node's TLS states it. */
export function fingerprintOfCertificate(chain: string): string {
  return new X509Certificate(chain).fingerprint256;
}

interface About {
  readonly extensions: readonly Buffer[];
  readonly validity?: Partial<Validity>;
}

interface Certificate extends About {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
}

const ecdsaWithSha256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/** RFC 5280 §4.1, version 3. */
function certificate({ subject, issuer, publicKey, signingKey, ...about }: Certificate): string {
  const { notBefore, notAfter } = { ...aYearFromNow(), ...about.validity };
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.from([1, ...randomBytes(15)])),
    ecdsaWithSha256,
    named(issuer),
    sequence(time(notBefore), time(notAfter)),
    named(subject),
    publicKey.export({ format: "der", type: "spki" }),
    explicit(3, sequence(...about.extensions)),
  );
  const signature = bitString(sign("SHA-256", toBeSigned, signingKey));
  const der = sequence(toBeSigned, ecdsaWithSha256, signature);
  const lines = der.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const commonName = "2.5.4.3";
const named = (name: string) => sequence(set(sequence(objectIdentifier(commonName), text(name))));

/** extKeyUsage, with one purpose. */
const purpose = (id: string) => extension("2.5.29.37", sequence(objectIdentifier(id)));

function extension(id: string, value: Buffer, isCritical?: "critical"): Buffer {
  const critical = isCritical ? [yes] : [];
  return sequence(objectIdentifier(id), ...critical, octetString(value));
}

function aYearFromNow(): Validity {
  const now = Date.now();
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 365 * 86_400_000) };
}
