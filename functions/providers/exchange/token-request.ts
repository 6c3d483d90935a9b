import type { Clock } from "../../model/clock.ts";
import { plusMs } from "../../model/clock.ts";
import type { ConsentResult } from "../../model/consent.ts";
import type { Grant, Issued, Issuer, Lifetime, NotIssued } from "../../model/provider.ts";
import type { Unprintable } from "../../model/sensitive.ts";
import { Sensitive, unprintable } from "../../model/sensitive.ts";
import type { HttpRequest, HttpResponse, SendHttp } from "../../platform/http-request.ts";
import { HttpFailure } from "../../platform/http-request.ts";
import { parseJson } from "../../platform/parse-json.ts";
import { refusalByClock } from "./assertion-times.ts";
import type { PresentedCredentials } from "./error-response.ts";
import { errorResponse, malformed, notIssuedAfter } from "./error-response.ts";

/** What every issuer needs: a way to send one request, the time, and an id for each request (UUIDv4). */
export interface IssuerContext {
  readonly send: SendHttp;
  readonly clock: Clock;
  newRequestId(): string;
}

/** The members of a JSON answer, unvalidated. */
export interface AnswerFields extends Unprintable {
  readonly [name: string]: unknown;
}

/** What an answer says, read in the provider's own way. */
export interface Reading {
  /** Not yet validated: `sendTokenRequest` requires text that fits a header. */
  readonly token: Sensitive<unknown>;
  /** Null when the provider stated an invalid one. */
  readonly lifetime: Lifetime | null;
  readonly expiresAt: Date | null;
  /** Only where a person consents. */
  readonly consent?: ConsentResult;
}

/** Any answer's members under the names of the standard (RFC 6749 §5); null for an answer that is no JSON object. */
type InStandardTerms = (members: Members | null, status: number) => Members | null;

type Members = Readonly<Record<string, unknown>>;

/** What a provider answers to a request for a token for our own credentials, and what that does to others. */
export interface TokenReader<Settings, Secret> {
  /** Names what a new token revokes beyond this connection, such as a platform key; null where it revokes nothing else. */
  revocationScope(secret: Secret, settings: Settings): string | null;
  readAnswer(fields: AnswerFields, response: HttpResponse, now: Date): Reading | NotIssued;
  /** Where it has names of its own that are configured. */
  readonly inStandardTerms?: InStandardTerms | undefined;
}

/** How a provider issues a token for our own credentials by a request of its own kind. */
export interface TokenRequest<Settings, Secret> extends TokenReader<Settings, Secret> {
  request(settings: Settings, secret: Secret): HttpRequest;
}

/** What a secret has been opened for. */
interface OpenedRequest {
  /** Makes one request, or says why none can be made. */
  newRequest(): HttpRequest | Promise<HttpRequest | NotIssued>;
  /** How long an assertion in it is valid; null where it has none. */
  readonly assertionLifetimeMs: number | null;
  /** What callers need of its answer besides the token. */
  readonly attributesIn?: ((fields: AnswerFields) => Issued["attributes"]) | undefined;
}

/** Has one token issued, by requests that it sends in its own way: `issue` may be called again, and makes new ones. */
export type Issuing = (
  issue: (context: IssuerContext) => Promise<Issued | NotIssued>,
) => Promise<Issued | NotIssued>;

/** Opens a secret by `openRequest`, which fails with `secret-malformed`, and sends what it makes. */
export function tokenIssuer<Settings, Secret>(
  { revocationScope, readAnswer, inStandardTerms }: TokenReader<Settings, Secret>,
  openRequest: (secret: Secret) => OpenedRequest,
  settings: Settings,
  readSecret: (text: Sensitive) => Secret,
  issuing: Issuing,
): Issuer {
  return {
    openGrant(text) {
      const secret = readSecret(text);
      const { newRequest, assertionLifetimeMs, attributesIn } = openRequest(secret);
      return unprintable<Grant>({
        revocationScope: revocationScope(secret, settings),
        callsProvider: true,
        issue: (signal) =>
          issuing(async (context) => {
            const request = await newRequest();
            if ("kind" in request) return request;
            return sendTokenRequest(context, request, signal, {
              presented: "client",
              assertionLifetimeMs,
              inStandardTerms,
              attributesIn,
              read: (fields, response) => readAnswer(fields, response, context.clock.now()),
            });
          }),
      });
    },
  };
}

interface TokenExchange {
  readonly presented: PresentedCredentials;
  readonly assertionLifetimeMs: number | null;
  readonly inStandardTerms?: InStandardTerms | undefined;
  readonly attributesIn?: OpenedRequest["attributesIn"];
  read(
    fields: AnswerFields,
    response: HttpResponse,
  ): Reading | NotIssued | Promise<Reading | NotIssued>;
}

/** A token is sent in a header: visible ASCII of limited length. */
const tokenPattern = /^[\x21-\x7e]{1,16384}$/;

/** Sends one token request. Never throws, and never quotes the provider's answer. */
export async function sendTokenRequest(
  context: IssuerContext,
  request: HttpRequest,
  signal: AbortSignal,
  exchange: TokenExchange,
): Promise<Issued | NotIssued> {
  const { presented, assertionLifetimeMs, inStandardTerms = unchanged } = exchange;
  const response = await sendOrFailure(context, request, signal);
  if (response instanceof HttpFailure) return notIssuedAfter(response);
  const members = inStandardTerms(membersIn(response.body), response.status);
  const fields = members && unprintable<AnswerFields>({ ...members });
  const error = errorResponse(response, fields, context.clock, presented);
  return error
    ? refusalByClock(error, response, assertionLifetimeMs)
    : readSuccess(response, fields, exchange);
}

const unchanged: InStandardTerms = (members) => members;

async function readSuccess(
  response: HttpResponse,
  fields: AnswerFields | null,
  { read, attributesIn }: TokenExchange,
): Promise<Issued | NotIssued> {
  if (!fields) return malformed("an answer that is not a JSON object");
  const reading = await read(fields, response);
  if ("kind" in reading) return reading;
  const { lifetime, expiresAt, consent = null } = reading;
  const token = reading.token.expose();
  if (typeof token !== "string" || !tokenPattern.test(token)) {
    return malformed("no token that fits a header");
  }
  if (!lifetime) return malformed("an invalid lifetime");
  const { requestedAt, receivedAt } = response;
  const expiry = expiresAt ?? expiryAfter(lifetime, receivedAt);
  const issued = { token: new Sensitive(token), lifetime, expiresAt: expiry };
  const attributes = attributesIn?.(fields);
  return { kind: "issued", ...issued, requestedAt, receivedAt, attributes, consent };
}

/** The expiry where the provider stated a lifetime but no instant. */
function expiryAfter(lifetime: Lifetime, receivedAt: Date): Date | null {
  return lifetime.kind === "stated" ? plusMs(receivedAt, lifetime.atLeastMs) : null;
}

/** The members of a JSON object, wrapped; null for anything else. */
export function answerFieldsIn(body: string | null): AnswerFields | null {
  const members = membersIn(body);
  return members && unprintable<AnswerFields>({ ...members });
}

function membersIn(body: string | null): Members | null {
  const value = parseJson(body ?? "");
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : null;
}

/** The answer to one request, or the failure that left it unanswered. */
export async function sendOrFailure(
  { send }: IssuerContext,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse | HttpFailure> {
  try {
    return await send(request, signal);
  } catch (error) {
    if (error instanceof HttpFailure) return error;
    throw error;
  }
}
