import { VendingError } from "../../model/errors.ts";
import type { NotIssued } from "../../model/provider.ts";
import { HttpFailure } from "../../platform/http-request.ts";
import { refusalByClock } from "../exchange/assertion-times.ts";
import { errorResponse, malformed, notIssuedAfter } from "../exchange/error-response.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import { answerFieldsIn, sendOrFailure } from "../exchange/token-request.ts";
import type { OAuthClient } from "./client-authentication.ts";
import { assertionLifetimeOf } from "./client-authentication.ts";
import { byForm, clientRequest } from "./client-request.ts";
import type { Parameters } from "./request-parameters.ts";

/** What names a pushed request in an address: a URN, or whatever else the server makes (RFC 9126 §2.2). */
const requestUriPattern = /^[\x21-\x7e]{1,1000}$/;

/**
 * Pushes an authorization request to the provider, and returns the parameters that stand for it in the browser (RFC 9126
 * §2, §4): neither the person nor what their browser runs can read or change it. Fails with the problem of its answer.
 */
export async function pushParameters(
  url: string,
  client: OAuthClient,
  parameters: Parameters,
  context: IssuerContext,
  signal: AbortSignal,
): Promise<Parameters> {
  const form = new URLSearchParams([...parameters]);
  const request = await clientRequest(byForm(client), url, form, context);
  const response = await sendOrFailure(context, request, signal);
  if (response instanceof HttpFailure) throw problemOf(notIssuedAfter(response));
  const fields = answerFieldsIn(response.body);
  const error = errorResponse(response, fields, context.clock, "client");
  if (error) throw problemOf(refusalByClock(error, response, assertionLifetimeOf(client)));
  const requestUri = fields?.["request_uri"];
  if (typeof requestUri !== "string" || !requestUriPattern.test(requestUri))
    throw problemOf(malformed("a pushed request without its request_uri"));
  return [
    ["client_id", client.clientId],
    ["request_uri", requestUri],
  ];
}

function problemOf({ code, detail }: NotIssued): VendingError {
  return new VendingError(code, detail);
}
