import type { Clock } from "../../model/clock.ts";
import { msBetween } from "../../model/clock.ts";
import type { NotIssued } from "../../model/provider.ts";
import type { HttpFailure, HttpResponse } from "../../platform/http-request.ts";
import { parseHttpDate } from "./instant.ts";
import { isAbsent } from "./lifetime.ts";

/** A failure without retry hint after which no token can have been issued, unless `more` says otherwise. */
export function notIssued(
  code: NotIssued["code"],
  detail: string,
  more: Partial<NotIssued> = {},
): NotIssued {
  return { kind: "not-issued", code, detail, mayHaveIssued: false, retryAfterMs: null, ...more };
}

/** An answer with a successful status that cannot be read. A token may have been issued. `what` completes "The provider answered". */
export function malformed(what: string): NotIssued {
  return notIssued("provider-malformed", `The provider answered ${what}.`, { mayHaveIssued: true });
}

/**
 * What authorizes the request: the client's own credentials alone, or a person's grant as well (RFC 6749 §1.3), of which a
 * code is the first sign.
 */
export type PresentedCredentials = "client" | "code" | "refresh-token";

/** Errors of RFC 6749 §5.2 and RFC 8707 §2, and one of §4.1.2.1 that some token endpoints answer too. Repeating the request does not help. */
const errorCodes: ReadonlySet<unknown> = new Set([
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "invalid_target",
  "unauthorized_client",
  "unsupported_grant_type",
  "access_denied",
]);

/** Whether a token endpoint says by this that it refuses a request as it is. */
export function isStandardError(error: unknown): boolean {
  return errorCodes.has(error);
}

/** Why an answer has no token; null when it may have one. */
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
  // Some gateways answer 200 when they refuse a client.
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
  const error = fields?.["error"];
  if (isThrottled(status, fields, retry.retryAfterMs)) {
    return notIssued("provider-throttled", "The provider asks for fewer requests.", retry);
  }
  if (status >= 500 || status === 408 || status === 425) {
    const mayHaveIssued = status === 502 || status === 504;
    const detail = `The provider answered ${status}.`;
    return notIssued("provider-unavailable", detail, { ...retry, mayHaveIssued });
  }
  if (status === 401 || (status === 403 && fields) || errorCodes.has(error)) {
    return refused(error, errorCodes.has(error) ? `${status}, ${error}` : `${status}`, presented);
  }
  if (status === 403) {
    return notIssued(
      "provider-unavailable",
      "A gateway in front of the provider answered 403.",
      retry,
    );
  }
  const detail = `The provider answered ${status}, an unexpected status.`;
  return notIssued("provider-malformed", detail, { ...retry, mayHaveIssued: status < 300 });
}

/** Some throttle by 403: a server that says when to come back does not refuse for good. */
function isThrottled(
  status: number,
  fields: Readonly<Record<string, unknown>> | null,
  waitMs: number | null,
): boolean {
  const isForNow = status === 403 && waitMs !== null;
  return status === 429 || (isForNow && fields !== null && !errorCodes.has(fields["error"]));
}

/** `invalid_grant` is about the person's grant, where one was presented. */
function refused(error: unknown, why: string, presented: PresentedCredentials): NotIssued {
  if (presented === "client" || error !== "invalid_grant") {
    return notIssued("credentials-rejected", `The provider refuses these credentials (${why}).`);
  }
  const detail =
    presented === "code"
      ? `The provider does not accept this code (${why}): it is wrong, was used before, or has expired.`
      : `The provider no longer accepts this consent (${why}).`;
  return notIssued("consent-required", detail);
}

/** The failure of a request that got no answer. */
export function notIssuedAfter({ kind, sent }: HttpFailure): NotIssued {
  if (kind === "certificate") {
    return notIssued("credentials-rejected", "The provider refuses our client certificate.");
  }
  return notIssued("provider-unavailable", failureDetail(kind, sent), { mayHaveIssued: sent });
}

const forbidden =
  "The provider's host is in a network to which no connection is allowed; is one missing from privateNetworks?";

function failureDetail(kind: HttpFailure["kind"], sent: boolean): string {
  if (kind === "timeout") return "The provider did not answer within its deadline.";
  if (kind === "forbidden") return forbidden;
  return sent
    ? "The connection was lost before the answer was complete."
    : "The provider cannot be reached.";
}

/**
 * The Retry-After header (RFC 9110 §10.2.3) in milliseconds. A date is compared with the provider's own clock where the
 * answer has a Date header. Null for a missing or invalid value.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  clock: Clock,
): number | null {
  const text = headers["retry-after"];
  if (typeof text !== "string") return null;
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  if (!until) return null;
  const now = parseHttpDate(headers["date"]) ?? clock.now();
  return Math.max(0, msBetween(now, until));
}
