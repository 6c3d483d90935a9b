/** What a deployment may set about one renewal, in milliseconds. */
export interface CallLimits {
  /** One provider call, hard. */
  readonly deadlineMs: number;
  /** Between `usableUntil` and the provider's expiry. */
  readonly marginMs: number;
}

/** Time a lease holder keeps for secret and data key before the call, and for storing the answer after it. */
const secretReserveMs = 1000;
export const commitReserveMs = 1000;

/** Its lease, 22 s, fits into a function's time-out of 25 s (infra/constructs/realm.ts) and is well under 30 s. */
export const maxDeadlineMs = 20_000;

/** Longer than everything its holder may do under it. */
export function leaseMs(timing: CallLimits): number {
  return secretReserveMs + timing.deadlineMs + commitReserveMs;
}
