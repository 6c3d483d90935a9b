import { msBetween, plusMs } from "../../model/clock.ts";
import type { Lifetime } from "../../model/provider.ts";
import { maxLifetimeMs } from "../../model/time-limits.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { numberFrom, parseHttpDate, parseInstant } from "./instant.ts";

/** A clock of whole seconds rounds an instant down by up to this much. */
const secondMs = 1000;
const dayMs = 86_400_000;

/** A token's lifetime according to one field of an answer; null for an invalid value. */
export type LifetimeClaim = { readonly atLeastMs: number; readonly atMostMs: number } | null;

/** `expires_in`: whole seconds, as a number or as digits. */
export function secondsClaim(value: unknown): LifetimeClaim {
  return durationClaim(value, secondMs);
}

/** A whole number of units, or its digits; rounded down, so the lifetime may be up to a unit longer. */
export function durationClaim(value: unknown, unitMs: number): LifetimeClaim {
  const units = numberFrom(value, 12);
  return units === null ? null : { atLeastMs: units * unitMs, atMostMs: (units + 1) * unitMs };
}

/** Between two instants of the provider's own clock, so that clock skew does not matter. */
export function spanClaim(issuedAt: Date, expiresAt: Date): LifetimeClaim {
  const ms = msBetween(issuedAt, expiresAt);
  return { atLeastMs: ms, atMostMs: ms + 1 };
}

/** From when the answer was sent, by its Date header (RFC 9110 §6.6.1) or else our clock, until an instant. */
export function claimUntil(
  expiresAt: Date,
  headers: HttpResponse["headers"],
  now: Date,
): LifetimeClaim {
  return claimFromSecond(parseHttpDate(headers.date) ?? now, expiresAt);
}

/** From an instant in whole seconds of the provider's clock (a Date header, a JWT's `iat`) until another. */
export function claimFromSecond(second: Date, expiresAt: Date): LifetimeClaim {
  const ms = msBetween(second, expiresAt);
  return { atLeastMs: ms - secondMs, atMostMs: ms };
}

/** An instant in text; null for anything else. */
export function instantFrom(value: unknown): Date | null {
  return typeof value === "string" ? parseInstant(value) : null;
}

/** True for a missing value, as opposed to an invalid one. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/**
 * The shortest of a provider's claims. Without a claim the lifetime is `unknown`. Null when the claims are invalid:
 * unreadable, past, or beyond `maxDays`.
 */
export function lifetimeFrom(
  claims: readonly LifetimeClaim[],
  wasClaimed: boolean,
  maxDays: number,
): Lifetime | null {
  const [first, ...others] = claims.filter((claim) => claim !== null);
  if (!first) return wasClaimed ? null : { kind: "unknown" };
  const shortest = others.reduce((a, b) => (b.atLeastMs < a.atLeastMs ? b : a), first);
  const isPlausible = shortest.atMostMs > 0 && shortest.atLeastMs <= maxDays * dayMs;
  return isPlausible ? { kind: "stated", ...shortest } : null;
}

/** The instant a number of seconds after the request was sent; null for a missing or invalid number. */
export function secondsAfterRequest(value: unknown, response: HttpResponse): Date | null {
  return claimAfterRequest(secondsClaim(value), response);
}

/** When a claimed lifetime ends that began with the request; null for a missing or invalid one. */
export function claimAfterRequest(
  claim: LifetimeClaim,
  { requestedAt }: HttpResponse,
): Date | null {
  const isPlausible = claim && claim.atLeastMs > 0 && claim.atLeastMs <= maxLifetimeMs;
  return isPlausible ? plusMs(requestedAt, claim.atLeastMs) : null;
}
