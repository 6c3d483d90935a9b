import type { Lifetime } from "../../model/provider.ts";
import { isAbsent, lifetimeFrom, secondsClaim } from "../exchange/lifetime.ts";
import type { AnswerFields } from "../exchange/token-request.ts";

/** A successful answer (RFC 6749 §5.1). A token of another type than bearer cannot be put into a header as it is (§7.1). */
export function readTokenResponse(
  { access_token, token_type, expires_in }: AnswerFields,
  longestDays: number,
): { token: unknown; lifetime: Lifetime | null; expiresAt: null } {
  return {
    token: isBearer(token_type) ? access_token : null,
    lifetime: lifetimeFrom([secondsClaim(expires_in)], !isAbsent(expires_in), longestDays),
    expiresAt: null,
  };
}

/** Unsaid is bearer. */
function isBearer(tokenType: unknown): boolean {
  if (isAbsent(tokenType)) return true;
  return typeof tokenType === "string" && tokenType.toLowerCase() === "bearer";
}
