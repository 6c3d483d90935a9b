import { isAbsent } from "./lifetime.ts";

/** RFC 6749 §7.1: a token of another type than bearer cannot be put into a header as it is. Unsaid is bearer. */
export function isBearer(tokenType: unknown): boolean {
  if (isAbsent(tokenType)) return true;
  return typeof tokenType === "string" && tokenType.toLowerCase() === "bearer";
}
