import type { Clock } from "../model/clock.ts";
import type { NotIssued } from "../model/provider.ts";
import type { HttpFailure, HttpResponse } from "../platform/http-request.ts";
import { isAbsent } from "./lifetime.ts";
import { malformed, notIssued } from "./not-issued.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What the provider was shown: our own credentials, or a person's authorisation as well. */
export type Presented = "credentials" | "consent";

/** RFC 6749 §5.2 errors that the same request would meet again. */
const refusals: ReadonlySet<unknown> = new Set([
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "unauthorized_client",
  "unsupported_grant_type",
  "access_denied",
]);

/** Why an answer holds no token; null when it may hold one. */
export function refusalIn(
  response: HttpResponse,
  fields: Readonly<Record<string, unknown>> | null,
  clock: Clock,
  shown: Presented,
): NotIssued | null {
  if (response.status !== 200 && response.status !== 201) {
    return readRefusal(response, fields, clock, shown);
  }
  const error = fields?.["error"];
  if (isAbsent(error)) return null;
  // Some gateways answer 200 to a refused client.
  return refusals.has(error)
    ? refused(error, `${error}`, shown)
    : malformed("an error with a status of success");
}

function readRefusal(
  response: HttpResponse,
  fields: Readonly<Record<string, unknown>> | null,
  clock: Clock,
  shown: Presented,
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
  if (status === 401 || (status === 403 && fields) || refusals.has(error)) {
    return refused(error, refusals.has(error) ? `${status}, ${error}` : `${status}`, shown);
  }
  if (status === 403) {
    return notIssued("provider-unavailable", "Something before the provider answered 403.", retry);
  }
  const detail = `The provider answered ${status}, which its token address should not.`;
  return notIssued("provider-malformed", detail, { ...retry, mayHaveIssued: status < 300 });
}

/** `invalid_grant` is about what was shown beside the client's own credentials, where that is a consent. */
function refused(error: unknown, why: string, shown: Presented): NotIssued {
  return shown === "consent" && error === "invalid_grant"
    ? notIssued("consent-required", `The provider does not honour this consent any more (${why}).`)
    : notIssued("credentials-rejected", `The provider refuses these credentials (${why}).`);
}

/** What follows from no answer. */
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
