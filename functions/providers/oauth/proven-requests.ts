import type { Sensitive } from "../../model/sensitive.ts";
import { unprintable } from "../../model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../../platform/http-request.ts";
import type { IssuerContext, Issuing } from "../exchange/token-request.ts";
import { answerFieldsIn } from "../exchange/token-request.ts";
import { newProofKey, proofSigner } from "./proof-of-possession.ts";

/** RFC 9449 §8.1. */
const noncePattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;

/**
 * How tokens are issued, given the key that they are to be bound to: a new one, if there is none yet. Adds a proof to each
 * request (RFC 9449 §5). A server that wants its nonce in it refuses the first one, for which no token is issued, and tells
 * the nonce (§8): then a second request is made, and the nonce is used until it tells another.
 */
export function boundIssuing(context: IssuerContext): (key?: Sensitive) => Issuing {
  const signProof = proofSigner(context);
  let nonce: string | undefined;
  return (key) => async (issue) => {
    const proofKey = key ?? (await newProofKey());
    let isNonceWanted = false;
    const proven: IssuerContext = {
      ...context,
      async send(request, signal) {
        const { method, url } = request;
        const proof = await signProof({ method, url, nonce }, proofKey);
        const response = await context.send(withHeader(request, "dpop", proof), signal);
        const { "dpop-nonce": told } = response.headers;
        if (typeof told === "string" && noncePattern.test(told)) nonce = told;
        isNonceWanted = wantsNonce(response);
        return response;
      },
    };
    const first = await issue(proven);
    const result = isNonceWanted ? await issue(proven) : first;
    return result.kind === "issued" ? { ...result, proofKey } : result;
  };
}

function wantsNonce({ status, body }: HttpResponse): boolean {
  return status >= 400 && answerFieldsIn(body)?.["error"] === "use_dpop_nonce";
}

function withHeader(request: HttpRequest, name: string, value: string): HttpRequest {
  const { method, url, headers, body, clientCertificate } = request;
  return unprintable<HttpRequest>({
    method,
    url,
    headers: { ...headers, [name]: value },
    ...(body !== undefined && { body }),
    ...(clientCertificate && { clientCertificate }),
  });
}
