import { parseJson } from "../platform/parse-json.ts";

/** A JWT's own `iat` and `exp` (RFC 7519 §4.1): decoded, not verified, so good for timing only. */
export interface JwtTimes {
  readonly iat: Date | null;
  readonly exp: Date | null;
}

const latestSecond = 253_402_300_799;

/** Never fails: what is not a JWT, or says no times, has none. */
export function jwtTimes(token: unknown): JwtTimes {
  const claims = typeof token === "string" ? claimsOf(token) : {};
  return { iat: numericDate(claims["iat"]), exp: numericDate(claims["exp"]) };
}

function claimsOf(token: string): { readonly [name: string]: unknown } {
  const [, payload = "", ...rest] = token.split(".");
  if (rest.length !== 1) return {};
  const claims = parseJson(Buffer.from(payload, "base64url").toString("utf8"));
  return typeof claims === "object" && claims !== null ? { ...claims } : {};
}

function numericDate(value: unknown): Date | null {
  const isDate = typeof value === "number" && value > 0 && value <= latestSecond;
  return isDate ? new Date(value * 1000) : null;
}
