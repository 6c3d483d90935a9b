import { msBetween } from "../model/clock.ts";
import type { Lifetime } from "../model/provider.ts";
import type { HttpResponse } from "../platform/http-request.ts";
import { parseInstant } from "./instant.ts";
import { parseHttpDate } from "./retry-after.ts";

/** Whole-second clocks state an instant up to this much too early. */
const secondMs = 1000;
const dayMs = 86_400_000;

/** What a provider said about a token's life, in one of the ways it may say it; null for what makes no sense. */
export type LifetimeClaim = { readonly atLeastMs: number; readonly atMostMs: number } | null;

/** `expires_in`: whole seconds, as a number or as digits; rounded down, so up to a second may be missing. */
export function secondsClaim(value: unknown): LifetimeClaim {
  const isDigits = typeof value === "string" && /^\d{1,12}$/.test(value);
  const seconds = isDigits ? Number(value) : value;
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return null;
  return { atLeastMs: seconds * 1000, atMostMs: seconds * 1000 + secondMs };
}

/** Between two instants of the provider's own clock: needs no clock of ours. */
export function spanClaim(issuedAt: Date, expiresAt: Date): LifetimeClaim {
  const ms = msBetween(issuedAt, expiresAt);
  return { atLeastMs: ms, atMostMs: ms + 1 };
}

/** Until an instant, seen from when the answer was sent: by its Date header (RFC 9110 §6.6.1), else by our clock. */
export function claimUntil(
  expiresAt: Date,
  headers: HttpResponse["headers"],
  now: Date,
): LifetimeClaim {
  return claimFromSecond(parseHttpDate(headers.date) ?? now, expiresAt);
}

/** Until an instant, seen from a moment that the provider's clock told in whole seconds (a Date header, a JWT's iat). */
export function claimFromSecond(second: Date, expiresAt: Date): LifetimeClaim {
  const ms = msBetween(second, expiresAt);
  return { atLeastMs: ms - secondMs, atMostMs: ms };
}

/** An instant as providers write them; null also for what is not text. */
export function instantFrom(value: unknown): Date | null {
  return typeof value === "string" ? parseInstant(value) : null;
}

/** The earlier of two instants of which either may be unsaid. */
export function earlier(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}

/** Nothing at all, as opposed to something that makes no sense. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/**
 * The lifetime that follows from all a provider said: the shortest of the statements. Nothing said is `unknown`; said,
 * but making no sense (unreadable, past, beyond `longestDays`) is null, and the answer cannot be understood.
 */
export function lifetimeFrom(
  statements: readonly LifetimeClaim[],
  wasStated: boolean,
  longestDays: number,
): Lifetime | null {
  const understood = statements.filter((statement) => statement !== null);
  const [first, ...others] = understood;
  if (!first) return wasStated ? null : { kind: "unknown" };
  const shortest = others.reduce((a, b) => (b.atLeastMs < a.atLeastMs ? b : a), first);
  const isSane = shortest.atMostMs > 0 && shortest.atLeastMs <= longestDays * dayMs;
  return isSane ? { kind: "stated", ...shortest } : null;
}
