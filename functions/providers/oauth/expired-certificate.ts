import type { NotIssued } from "../../model/provider.ts";
import type { ClientCertificate } from "../../platform/http-request.ts";
import { notIssued } from "../exchange/error-response.ts";
import { certificatesIn } from "./client-certificate.ts";

/** Reports an expired client certificate, because some servers close the connection during the handshake without a reason. */
export function expiredCertificate(certificate: ClientCertificate, now: Date): NotIssued | null {
  const [leaf] = certificatesIn(certificate.chain);
  if (!leaf || leaf.validToDate > now) return null;
  const detail = `Our client certificate expired at ${leaf.validToDate.toISOString()}. Put a new one into the secret.`;
  return notIssued("credentials-rejected", detail);
}
