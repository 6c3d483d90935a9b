import { msBetween, plusMs } from "../../model/clock.ts";
import type { Lifetime } from "../../model/provider.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { parseInstant } from "./instant.ts";
import { parseHttpDate } from "./retry-after.ts";

/** A clock of whole seconds states an instant up to this much too early. */
const secondMs = 1000;
const dayMs = 86_400_000;

/** What one part of an answer says of a token's lifetime; null for what makes no sense. */
export type LifetimeClaim = { readonly atLeastMs: number; readonly atMostMs: number } | null;

/** `expires_in`: whole seconds, as a number or as digits; rounded down, so up to a second may be missing. */
export function secondsClaim(value: unknown): LifetimeClaim {
  const isDigits = typeof value === "string" && /^\d{1,12}$/.test(value);
  const seconds = isDigits ? Number(value) : value;
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return null;
  return { atLeastMs: seconds * 1000, atMostMs: seconds * 1000 + secondMs };
}

/** Between two instants of the provider's own clock: ours does not matter. */
export function spanClaim(issuedAt: Date, expiresAt: Date): LifetimeClaim {
  const ms = msBetween(issuedAt, expiresAt);
  return { atLeastMs: ms, atMostMs: ms + 1 };
}

/** From when the answer was sent, by its Date header (RFC 9110 §6.6.1) or else our clock, to an instant. */
export function claimUntil(
  expiresAt: Date,
  headers: HttpResponse["headers"],
  now: Date,
): LifetimeClaim {
  return claimFromSecond(parseHttpDate(headers.date) ?? now, expiresAt);
}

/** From an instant in whole seconds of the provider's clock (a Date header, a JWT's `iat`) to another. */
export function claimFromSecond(second: Date, expiresAt: Date): LifetimeClaim {
  const ms = msBetween(second, expiresAt);
  return { atLeastMs: ms - secondMs, atMostMs: ms };
}

/** Null for what is not an instant in text. */
export function instantFrom(value: unknown): Date | null {
  return typeof value === "string" ? parseInstant(value) : null;
}

/** The earlier of two instants, either of which may be missing. */
export function earlier(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}

/** Missing, as opposed to making no sense. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/**
 * The shortest of a provider's claims. Without a claim the lifetime is `unknown`. Null when a claim was made but makes
 * no sense: unreadable, past, or beyond `longestDays`.
 */
export function lifetimeFrom(
  claims: readonly LifetimeClaim[],
  wasClaimed: boolean,
  longestDays: number,
): Lifetime | null {
  const [first, ...others] = claims.filter((claim) => claim !== null);
  if (!first) return wasClaimed ? null : { kind: "unknown" };
  const shortest = others.reduce((a, b) => (b.atLeastMs < a.atLeastMs ? b : a), first);
  const isPlausible = shortest.atMostMs > 0 && shortest.atLeastMs <= longestDays * dayMs;
  return isPlausible ? { kind: "stated", ...shortest } : null;
}

/** Ten years. */
const longestMs = 3650 * dayMs;

/** So many seconds after the request was sent; null for what makes no sense, and for nothing. */
export function secondsAfterRequest(value: unknown, { requestedAt }: HttpResponse): Date | null {
  const claim = secondsClaim(value);
  const isPlausible = claim && claim.atLeastMs > 0 && claim.atLeastMs <= longestMs;
  return isPlausible ? plusMs(requestedAt, claim.atLeastMs) : null;
}
