import type { Lifetime, NotIssued } from "../../model/provider.ts";
import { Sensitive, unprintable } from "../../model/sensitive.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { malformed } from "../exchange/error-response.ts";
import { isAbsent, lifetimeFrom } from "../exchange/lifetime.ts";
import type { LifetimeUnit } from "../exchange/stated-lifetime.ts";
import { readLifetime } from "../exchange/stated-lifetime.ts";
import type { AnswerFields, Reading } from "../exchange/token-request.ts";

interface ExpectedAnswer {
  /** A stated lifetime beyond this is invalid. */
  readonly maxDays: number;
  /** The lifetime if the response states none. */
  readonly unstated: Lifetime;
  /** Whether it has to be bound to our key (RFC 9449 §5), instead of one that whoever has it may use (RFC 6750). */
  readonly dpop?: boolean | undefined;
  /** How it is stated: in seconds (RFC 6749 §5.1) where that is not configured. */
  readonly unit?: LifetimeUnit | undefined;
}

/**
 * Reads a successful token response (RFC 6749 §5.1). A client must not use a token of a type that it does not know (§7.1).
 */
export function readTokenResponse(
  { access_token, token_type, expires_in }: AnswerFields,
  { maxDays, unstated, unit = "seconds", dpop }: ExpectedAnswer,
  response: HttpResponse,
  now: Date,
): Reading | NotIssued {
  const tokenType = dpop ? "DPoP" : "Bearer";
  if (!isOfType(token_type, tokenType))
    return malformed(`a token whose token_type is not ${tokenType}`);
  const token = new Sensitive(access_token);
  if (isAbsent(expires_in)) return { token, lifetime: unstated, expiresAt: null };
  const { claim, expiresAt } = readLifetime(expires_in, unit, response, now);
  return { token, lifetime: lifetimeFrom([claim], true, maxDays), expiresAt };
}

/**
 * Reads the answer of a token exchange (RFC 8693 §2.2.1): a token of the requested type, if one was requested. One that is no
 * access token has the type `N_A`; it is presented as the settings say, because they ask for it.
 */
export function readExchangedToken(
  fields: AnswerFields,
  requestedTokenType: string | undefined,
  read: (fields: AnswerFields) => Reading | NotIssued,
): Reading | NotIssued {
  const { issued_token_type, token_type, access_token, expires_in } = fields;
  if (requestedTokenType === undefined) return read(fields);
  if (isAbsent(issued_token_type) || issued_token_type === requestedTokenType) {
    const isOtherToken = token_type === "N_A" && !isAbsent(issued_token_type);
    return read(isOtherToken ? unprintable<AnswerFields>({ access_token, expires_in }) : fields);
  }
  return malformed("a token of another type than the requestedTokenType");
}

/** A missing type means bearer. */
function isOfType(stated: unknown, expected: "Bearer" | "DPoP"): boolean {
  if (isAbsent(stated)) return expected === "Bearer";
  return typeof stated === "string" && stated.toLowerCase() === expected.toLowerCase();
}
