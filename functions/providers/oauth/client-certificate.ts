import { createPrivateKey, X509Certificate } from "node:crypto";
import * as v from "valibot";
import { Sensitive } from "../../model/sensitive.ts";

/** The certificates in a PEM text; none if one of them is invalid. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

/** Whether the key belongs to the chain's leaf certificate. */
export function isKeyOf(chain: string, key: Sensitive): boolean {
  const [leaf] = certificatesIn(chain);
  return leaf?.checkPrivateKey(createPrivateKey(key.expose())) ?? false;
}

export const certificateChain = v.pipe(
  v.string(),
  v.check((pem) => certificatesIn(pem).length > 0, "must be a chain of certificates in PEM"),
);

export const privateKey = v.pipe(
  v.string(),
  v.check(isPrivateKey, "must be an unencrypted private key in PEM"),
  v.transform((pem) => new Sensitive(pem)),
);

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
}
