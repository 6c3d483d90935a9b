import { createPrivateKey, X509Certificate } from "node:crypto";
import * as v from "valibot";
import { Sensitive } from "../../model/sensitive.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";

/** The certificates in a PEM text; none if one of them is invalid. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

/** From when until when a certificate is valid, these instants included. */
export function validityOf({ validFrom, validTo }: X509Certificate) {
  return { beginsAt: new Date(validFrom), endsAt: new Date(validTo) };
}

/** A problem between a certificate and its key, both of which a secret may leave out. */
export function certificatePairProblem(
  chain: string | undefined,
  key: Sensitive | undefined,
): FieldProblem | null {
  const field = "tlsPrivateKey";
  if (!chain || !key)
    return chain || key ? { field, problem: "is missing, or tlsCertificateChain is" } : null;
  return isKeyOf(chain, key)
    ? null
    : { field, problem: "must be the key of the first certificate of tlsCertificateChain" };
}

/** Whether the key belongs to the chain's leaf certificate. */
function isKeyOf(chain: string, key: Sensitive): boolean {
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
