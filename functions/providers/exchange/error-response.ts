import type { Clock } from "../../model/clock.ts";
import type { NotIssued } from "../../model/provider.ts";
import type { HttpFailure, HttpResponse } from "../../platform/http-request.ts";
import { isAbsent } from "./lifetime.ts";
import { malformed, notIssued } from "./not-issued.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What the request was authorized by: the client's own credentials alone, or a person's grant as well (RFC 6749 §1.3). */
export type PresentedCredentials = "client" | "grant";

/** The errors of RFC 6749 §5.2, and one of §4.1.2.1 that servers answer here too: the same request would meet them again. */
const errorCodes: ReadonlySet<unknown> = new Set([
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "unauthorized_client",
  "unsupported_grant_type",
  "access_denied",
]);

/** Why an answer holds no token; null when it may hold one. */
export function errorResponse(
  response: HttpResponse,
  fields: Readonly<Record<string, unknown>> | null,
  clock: Clock,
  presented: PresentedCredentials,
): NotIssued | null {
  if (response.status !== 200 && response.status !== 201) {
    return readStatus(response, fields, clock, presented);
  }
  const error = fields?.["error"];
  if (isAbsent(error)) return null;
  // Some gateways answer 200 to a refused client.
  return errorCodes.has(error)
    ? refused(error, `${error}`, presented)
    : malformed("an error with a status of success");
}

function readStatus(
  response: HttpResponse,
  fields: Readonly<Record<string, unknown>> | null,
  clock: Clock,
  presented: PresentedCredentials,
): NotIssued {
  const { status, headers } = response;
  const retry = { retryAfterMs: retryAfterMs(headers, clock) };
  if (status === 429) {
    return notIssued("provider-throttled", "The provider asks for fewer requests.", retry);
  }
  if (status >= 500 || status === 408 || status === 425) {
    const mayHaveIssued = status === 502 || status === 504;
    const detail = `The provider answered ${status}.`;
    return notIssued("provider-unavailable", detail, { ...retry, mayHaveIssued });
  }
  const error = fields?.["error"];
  if (status === 401 || (status === 403 && fields) || errorCodes.has(error)) {
    return refused(error, errorCodes.has(error) ? `${status}, ${error}` : `${status}`, presented);
  }
  if (status === 403) {
    return notIssued("provider-unavailable", "Something before the provider answered 403.", retry);
  }
  const detail = `The provider answered ${status}, which its token address should not.`;
  return notIssued("provider-malformed", detail, { ...retry, mayHaveIssued: status < 300 });
}

/** `invalid_grant` is about the person's grant, where one was presented. */
function refused(error: unknown, why: string, presented: PresentedCredentials): NotIssued {
  return presented === "grant" && error === "invalid_grant"
    ? notIssued("consent-required", `The provider does not honour this consent any more (${why}).`)
    : notIssued("credentials-rejected", `The provider refuses these credentials (${why}).`);
}

/** Without an answer. */
export function notIssuedAfter({ kind, sent }: HttpFailure): NotIssued {
  if (kind === "certificate") {
    return notIssued("credentials-rejected", "The provider refuses our client certificate.");
  }
  return notIssued("provider-unavailable", failureDetail(kind, sent), { mayHaveIssued: sent });
}

function failureDetail(kind: HttpFailure["kind"], sent: boolean): string {
  if (kind === "timeout") return "The provider did not answer within its deadline.";
  return sent
    ? "The connection was lost before the answer was complete."
    : "The provider cannot be reached.";
}
