import type { Lifetime } from "../../model/provider.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { isAbsent, lifetimeFrom, secondsClaim } from "../exchange/lifetime.ts";
import type { AnswerFields } from "../exchange/token-request.ts";

/**
 * Reads a successful token response (RFC 6749 §5.1). Only bearer tokens can be sent in a header as they are (§7.1).
 * `unstated`: the lifetime if the response has no `expires_in`.
 */
export function readTokenResponse(
  { access_token, token_type, expires_in }: AnswerFields,
  maxDays: number,
  unstated: Lifetime,
): { token: Sensitive<unknown>; lifetime: Lifetime | null; expiresAt: null } {
  return {
    token: new Sensitive(isBearer(token_type) ? access_token : null),
    lifetime: isAbsent(expires_in)
      ? unstated
      : lifetimeFrom([secondsClaim(expires_in)], true, maxDays),
    expiresAt: null,
  };
}

/** A missing type means bearer. */
function isBearer(tokenType: unknown): boolean {
  if (isAbsent(tokenType)) return true;
  return typeof tokenType === "string" && tokenType.toLowerCase() === "bearer";
}
