/** What a deployment may set about one provider call, in milliseconds. */
export interface CallLimits {
  /** Hard limit of one provider call. */
  readonly deadlineMs: number;
  /** Between `usableUntil` and the provider's expiry. */
  readonly marginMs: number;
}

/** Time a lease holder keeps for secret and data key before the call, and for storing the answer after it. */
const secretReserveMs = 1000;
export const commitReserveMs = 1000;

/** Its lease, 22 s, fits into a function's time-out of 25 s (infra/constructs/realm.ts). */
export const maxDeadlineMs = 20_000;

/** No lease is longer, whatever a record says. */
export const maxLeaseMs = 30_000;

/** No pause after a failure is longer, whatever provider or record say. */
export const maxRetryPauseMs = 900_000;

/** Longer than everything its holder may do under it. */
export function leaseMs(limits: CallLimits): number {
  return secretReserveMs + limits.deadlineMs + commitReserveMs;
}
