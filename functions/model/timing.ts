/** What a deployment may set about one renewal, in milliseconds. */
export interface Timing {
  /** One provider call, hard. */
  readonly deadlineMs: number;
  /** Between `usableUntil` and the provider's expiry. */
  readonly marginMs: number;
}

/** Time a lease holder keeps for reading the secret before the call, and for storing the answer after it. */
export const secretReserveMs = 1000;
export const commitReserveMs = 1000;

const longestLeaseMs = 30_000;

/** The longest provider deadline whose lease stays within bounds. */
export const longestDeadlineMs = longestLeaseMs - secretReserveMs - commitReserveMs;

/** Longer than everything its holder may do under it. */
export function leaseMs(timing: Timing): number {
  return secretReserveMs + timing.deadlineMs + commitReserveMs;
}
