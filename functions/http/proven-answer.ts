import type { Credential, VendRequest } from "../model/credential.ts";
import { VendingError } from "../model/errors.ts";
import type { SignProof } from "../model/proof.ts";
import type { VendAnswer } from "./contract.ts";

/**
 * The answer with a proof for the caller's request, as one more header (RFC 9449 §7.1). Fails with `invalid-request` if the
 * caller has not named its request: the provider would take the token for invalid, and the caller would report that.
 */
export async function provenAnswer(
  answer: VendAnswer,
  { token, proofKey }: Credential,
  { proofFor, proofNonce: nonce }: VendRequest,
  signProof: SignProof,
): Promise<VendAnswer> {
  if (!proofKey || !proofFor) throw new VendingError("invalid-request", missing);
  const [method = "", url = ""] = proofFor.split(" ");
  if (!URL.canParse(url)) throw new VendingError("invalid-request", noAddress);
  const proof = await signProof({ method, url, nonce }, proofKey, token);
  return { ...answer, extraHeaders: { ...answer.extraHeaders, DPoP: proof } };
}

const noAddress = "proofFor: must be a method and an address, like GET https://example.com.";
const missing =
  "proofFor: is missing: the token is bound to a key (DPoP). Name the request that you will send, like GET https://api.example.com/payments.";
