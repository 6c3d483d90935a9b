import type { PresentedCredential } from "./gate.ts";
import type { SimulatedRequest } from "./request.ts";
import { headerOf } from "./request.ts";

/** RFC 6750 §2.1; a token without its scheme is malformed. */
export function readBearer(request: SimulatedRequest): PresentedCredential {
  return readCredentialHeader(request, "authorization", "Bearer");
}

/** What a header holds, after its scheme where it needs one (RFC 9110 §11.1: in any case). */
export function readCredentialHeader(
  request: SimulatedRequest,
  headerName: string,
  scheme?: string,
): PresentedCredential {
  const header = headerOf(request, headerName);
  if (!header) return { reason: "missing" };
  const prefix = scheme === undefined ? "" : `${scheme} `;
  const hasPrefix = header.toLowerCase().startsWith(prefix.toLowerCase());
  const credential = header.slice(prefix.length).trim();
  const isWellFormed = hasPrefix && /^[\x21-\x7e]+$/.test(credential);
  return isWellFormed ? { credential } : { reason: "malformed", malformedValue: header };
}
