import type { Credential, VendRequest } from "../model/credential.ts";
import { VendingError } from "../model/errors.ts";
import type { SignProof } from "../model/proof.ts";
import { proofMissing } from "./contract.ts";

/**
 * The proof for the request that a caller has named (RFC 9449 §7.1). Fails with `invalid-request` if it has named none: the
 * provider would refuse the token, and the caller would report that.
 */
export async function proofOfRequest(
  { token, proofKey }: Credential,
  { proofFor, proofNonce: nonce }: VendRequest,
  signProof: SignProof,
): Promise<string> {
  if (!proofKey || !proofFor) throw new VendingError("invalid-request", missing);
  const [method = "", url = ""] = proofFor.split(" ");
  if (!URL.canParse(url)) throw new VendingError("invalid-request", noAddress);
  return signProof({ method, url, nonce }, proofKey, token);
}

const noAddress = "proofFor: must be a method and an address, like GET https://example.com.";
const missing = `${proofMissing}: the token is bound to a key (DPoP). Name the request that you will send, like GET https://api.example.com/payments.`;
