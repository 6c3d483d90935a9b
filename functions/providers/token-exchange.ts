import type { Clock } from "../model/clock.ts";
import { plusMs } from "../model/clock.ts";
import type { Consented } from "../model/consent.ts";
import type { Issued, Lifetime, NotIssued } from "../model/provider.ts";
import { Sensitive } from "../model/sensitive.ts";
import type { HttpRequest, HttpResponse, SendHttp } from "../platform/http-request.ts";
import { HttpFailure } from "../platform/http-request.ts";
import { parseJson } from "../platform/parse-json.ts";
import { isAbsent } from "./lifetime.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What every issuer is given: a way to send one request, and the time. */
export interface Wire {
  readonly send: SendHttp;
  readonly clock: Clock;
}

/** The members of an answer; any of them may be missing, and of any type. */
export interface Fields {
  readonly [name: string]: unknown;
}

/** What a provider's own reader makes of an answer's fields; null when it does not understand them. */
export interface Reading {
  readonly token: unknown;
  readonly lifetime: Lifetime | null;
  readonly expiresAt: Date | null;
  /** Where a person has consented. */
  readonly consented?: Consented;
}

/** A token travels in a header: visible ASCII, and no more of it than a header holds. */
const tokenPattern = /^[\x21-\x7e]{1,16384}$/;

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

/** Sends one token request and says what came of it: never throws, never repeats what the provider wrote. */
export async function exchangeToken(
  wire: Wire,
  request: HttpRequest,
  signal: AbortSignal,
  read: (fields: Fields, response: HttpResponse) => Reading,
): Promise<Issued | NotIssued> {
  try {
    const response = await wire.send(request, signal);
    return readAnswer(response, wire.clock, (fields) => read(fields, response));
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return notIssued("provider-unavailable", failureDetail(error), { mayHaveIssued: error.sent });
  }
}

function readAnswer(
  response: HttpResponse,
  clock: Clock,
  read: (fields: Fields) => Reading,
): Issued | NotIssued {
  const fields = fieldsOf(response.body);
  if (response.status !== 200 && response.status !== 201)
    return readRefusal(response, fields, clock);
  if (!fields) return malformed("an answer that is not a JSON object");
  if (!isAbsent(fields["error"])) return readErrorInSuccess(fields["error"]);
  const { token, lifetime, expiresAt, consented = null } = read(fields);
  if (typeof token !== "string" || !tokenPattern.test(token)) {
    return malformed("no token that fits a header");
  }
  if (!lifetime) return malformed("a lifetime that makes no sense");
  const { requestedAt, receivedAt } = response;
  const expiry = expiresAt ?? expiryAfter(lifetime, receivedAt);
  const vended = { token: new Sensitive(token), lifetime, expiresAt: expiry };
  return { kind: "issued", ...vended, requestedAt, receivedAt, consented };
}

/** Where the provider named a lifetime but no instant. */
function expiryAfter(lifetime: Lifetime, receivedAt: Date): Date | null {
  return lifetime.kind === "stated" ? plusMs(receivedAt, lifetime.atLeastMs) : null;
}

/** Some gateways answer 200 to a refused client. */
function readErrorInSuccess(error: unknown): NotIssued {
  if (!refusals.has(error)) return malformed("an error with a status of success");
  return notIssued("credentials-rejected", `The provider refuses these credentials (${error}).`);
}

function readRefusal(response: HttpResponse, fields: Fields | null, clock: Clock): NotIssued {
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
    const why = refusals.has(error) ? `${status}, ${error}` : status;
    return notIssued("credentials-rejected", `The provider refuses these credentials (${why}).`);
  }
  if (status === 403) {
    return notIssued("provider-unavailable", "Something before the provider answered 403.", retry);
  }
  const detail = `The provider answered ${status}, which its token address should not.`;
  return notIssued("provider-malformed", detail, { ...retry, mayHaveIssued: status < 300 });
}

function fieldsOf(body: string | null): Fields | null {
  const value = parseJson(body ?? "");
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : null;
}

function failureDetail({ kind, sent }: HttpFailure): string {
  if (kind === "timeout") return "The provider did not answer within its deadline.";
  return sent
    ? "The connection was lost before the answer was complete."
    : "The provider cannot be reached.";
}

/** A status of success that cannot be understood: a token may have been issued that nobody can use. */
function malformed(what: string): NotIssued {
  return notIssued("provider-malformed", `The provider answered ${what}.`, { mayHaveIssued: true });
}

export function notIssued(
  code: NotIssued["code"],
  detail: string,
  more: Partial<NotIssued> = {},
): NotIssued {
  return { kind: "not-issued", code, detail, mayHaveIssued: false, retryAfterMs: null, ...more };
}
