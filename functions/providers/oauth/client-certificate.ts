import { createPrivateKey, X509Certificate } from "node:crypto";
import * as v from "valibot";
import type { NotIssued } from "../../model/provider.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { ClientCertificate } from "../../platform/http-request.ts";
import { notIssued } from "../exchange/error-response.ts";

/** The certificates in a PEM text; none if one of them is invalid. */
function certificatesIn(pem: string): readonly X509Certificate[] {
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

/** Reports an expired client certificate, because some servers close the connection during the handshake without a reason. */
export function expiredCertificate(
  certificate: ClientCertificate | undefined,
  now: Date,
): NotIssued | null {
  const [leaf] = certificatesIn(certificate?.chain ?? "");
  if (!leaf || leaf.validToDate > now) return null;
  const detail = `Our client certificate expired at ${leaf.validToDate.toISOString()}. Put a new one into the secret.`;
  return notIssued("credentials-rejected", detail);
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
