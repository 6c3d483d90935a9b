import type { Lifetime } from "../../model/provider.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { isAbsent, lifetimeFrom } from "../exchange/lifetime.ts";
import type { LifetimeUnit } from "../exchange/stated-lifetime.ts";
import { readLifetime } from "../exchange/stated-lifetime.ts";
import type { AnswerFields } from "../exchange/token-request.ts";

interface TokenLifetimes {
  /** A stated lifetime beyond this is invalid. */
  readonly maxDays: number;
  /** The lifetime if the response states none. */
  readonly unstated: Lifetime;
  /** How it is stated: in seconds (RFC 6749 §5.1) where that is not configured. */
  readonly unit?: LifetimeUnit | undefined;
}

/**
 * Reads a successful token response (RFC 6749 §5.1). Only bearer tokens can be sent in a header as they are (§7.1).
 */
export function readTokenResponse(
  { access_token, token_type, expires_in }: AnswerFields,
  { maxDays, unstated, unit = "seconds" }: TokenLifetimes,
  response: HttpResponse,
  now: Date,
): { token: Sensitive<unknown>; lifetime: Lifetime | null; expiresAt: Date | null } {
  const token = new Sensitive(isBearer(token_type) ? access_token : null);
  if (isAbsent(expires_in)) return { token, lifetime: unstated, expiresAt: null };
  const { claim, expiresAt } = readLifetime(expires_in, unit, response, now);
  return { token, lifetime: lifetimeFrom([claim], true, maxDays), expiresAt };
}

/** A missing type means bearer. */
function isBearer(tokenType: unknown): boolean {
  if (isAbsent(tokenType)) return true;
  return typeof tokenType === "string" && tokenType.toLowerCase() === "bearer";
}
