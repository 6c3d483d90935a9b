import { plusMs } from "../model/clock.ts";
import type { AuthorizationRequest, ConsentResult, GrantCredential } from "../model/consent.ts";
import type { Grant, NotIssued } from "../model/provider.ts";
import { Sensitive } from "../model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../platform/http-request.ts";
import { isBearer } from "./bearer.ts";
import { isAbsent, lifetimeFrom, secondsClaim } from "./lifetime.ts";
import { malformed, notIssued } from "./not-issued.ts";
import type { AnswerFields, IssuerContext, Reading } from "./token-exchange.ts";
import { exchangeToken } from "./token-exchange.ts";

/** How one client trades a person's authorisation for tokens (RFC 6749 §4.1.3, §6). */
export interface GrantClient {
  readonly context: IssuerContext;
  readonly scopes: readonly string[];
  readonly longestDays: number;
  tokenRequest(form: URLSearchParams): HttpRequest;
  /** What goes beside a code; null where a code is of no use without its journey. */
  codeExchangeParameters(
    journey: AuthorizationRequest | null,
  ): Readonly<Record<string, string>> | null;
  /** What the provider says of the consent; `isFirst` at the exchange of a code. */
  readConsent(
    fields: AnswerFields,
    response: HttpResponse,
    isFirst: boolean,
  ): Pick<ConsentResult, "refreshEndsAt" | "customer">;
  /** Has what identifying needs before anything is spent; null when it is there. */
  prepare(authority: GrantCredential, signal: AbortSignal): Promise<NotIssued | null>;
  /** Who it is, as a verified ID token says; null without OpenID Connect, and where a refresh has none. */
  identify(
    idToken: unknown,
    authority: GrantCredential,
    signal: AbortSignal,
  ): Promise<string | null | NotIssued>;
}

/** It revokes nothing beyond the connection: a consent is one person's, and belongs to it alone. */
export function consentGrant(client: GrantClient, authority: GrantCredential | null): Grant {
  return {
    revocationScope: null,
    callsProvider: true,
    issue: async (signal) => {
      if (!authority) return notIssued("consent-required", "Nobody has consented yet.");
      const form = formOf(client, authority);
      if (!form) return notIssued("consent-required", copied);
      const unprepared = await client.prepare(authority, signal);
      if (unprepared) return unprepared;
      return exchangeToken(
        client.context,
        client.tokenRequest(form),
        signal,
        (fields, response) => readAnswer(client, authority, fields, response, signal),
        "consent",
      );
    },
  };
}

const copied = "A code of this provider is good only on the journey on which it came.";

function formOf(client: GrantClient, authority: GrantCredential): URLSearchParams | null {
  if (authority.kind === "refresh-token") {
    return new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: authority.refreshToken.expose(),
    });
  }
  const beside = client.codeExchangeParameters(authority.authorizationRequest);
  const code = authority.code.expose();
  return beside && new URLSearchParams({ grant_type: "authorization_code", code, ...beside });
}

async function readAnswer(
  client: GrantClient,
  authority: GrantCredential,
  fields: AnswerFields,
  response: HttpResponse,
  signal: AbortSignal,
): Promise<Reading | NotIssued> {
  const { access_token, token_type, expires_in, refresh_token, id_token } = fields;
  const refreshToken = refreshTokenOf(refresh_token);
  if (refreshToken === undefined) return malformed("a refresh token that is none");
  const subject = await client.identify(id_token, authority, signal);
  if (subject !== null && typeof subject !== "string") return subject;
  const isFirst = authority.kind === "code";
  const grantedScope = scopeOf(fields["scope"], isFirst ? client.scopes.join(" ") : "");
  const said = client.readConsent(fields, response, isFirst);
  return {
    token: isBearer(token_type) ? access_token : null,
    lifetime: lifetimeFrom([secondsClaim(expires_in)], !isAbsent(expires_in), client.longestDays),
    expiresAt: null,
    consented: { ...said, refreshToken, grantedScope, subject },
  };
}

/** Null for none; undefined for what is none but stands where one should: the provider may have replaced ours. */
function refreshTokenOf(value: unknown): Sensitive | null | undefined {
  if (isAbsent(value) || value === "") return null;
  const isToken = typeof value === "string" && /^[\x20-\x7e]{1,16384}$/.test(value);
  return isToken ? new Sensitive(value) : undefined;
}

/**
 * RFC 6749 §5.1: what is not said is as it was asked for; nothing, said where something was asked for, is nothing. Null
 * for what nobody can read, and where nobody asked.
 */
function scopeOf(value: unknown, requested: string): string | null {
  const scope = isAbsent(value) ? requested : value;
  if (scope === "") return requested === "" ? null : scope;
  return typeof scope === "string" && /^[\x20-\x7e]{1,1000}$/.test(scope) ? scope : null;
}

/** The instant that lies so many seconds after the request; null for what makes no sense, nothing among it. */
export function secondsAfterRequest(value: unknown, { requestedAt }: HttpResponse): Date | null {
  const statement = secondsClaim(value);
  const isSane = statement && statement.atLeastMs > 0 && statement.atLeastMs <= longestMs;
  return isSane ? plusMs(requestedAt, statement.atLeastMs) : null;
}

/** Ten years. */
const longestMs = 3650 * 86_400_000;
