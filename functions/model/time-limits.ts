/** A deployment's limits of one provider call, in milliseconds. */
export interface CallLimits {
  /** Hard limit of one provider call. */
  readonly deadlineMs: number;
  /** Between `usableUntil` and the provider's expiry. */
  readonly marginMs: number;
}

/** Part of a lease reserved for reading secret and data key before the call. */
export const secretReserveMs = 1000;

/** Part of a lease reserved for storing the answer after the call. */
export const commitReserveMs = 1000;

/** Its lease, 22 s, fits into a function's timeout of 25 s (infra/constructs/realm.ts). */
export const maxDeadlineMs = 20_000;

/** No lease is longer, whatever a record says. */
export const maxLeaseMs = 30_000;

/** No pause after a failure is longer, whatever provider or record say. */
export const maxRetryPauseMs = 900_000;

/** Between `usableUntil` and the provider's expiry, at most. */
export const maxMarginMs = 60_000;

/** No life of a token or of a consent is longer, whatever a provider or a record says. Some last for decades. */
export const maxLifetimeMs = 36_525 * 86_400_000;

/** How long a renewal for a caller keeps a connection alive. */
export const keepAliveMs = 3_600_000;

/** … and at least until so long after its next renewal is due: more than one tick. */
export const renewalGraceMs = 120_000;

/** A static key is compared with its secret more often than this. */
export const maxRecheckMs = 60_000;

/** So long after a freeze, nobody is vended any more by any process. */
export const freezeTakesMs = 30_000;

/** What a process has read of its realm's freeze is read again with the next record once it is older. */
export const realmFreezeMaxAgeMs = 5000;

/** How long one request may still take. `signal` aborts whatever is still running shortly after the end. */
export interface Deadline {
  /** In milliseconds. A duration, because the clock may be wrong until AWS has answered. */
  msLeft(): number;
  readonly signal: AbortSignal;
  /** Renewals for a caller keep the connection alive; renewals by the schedule do not. */
  readonly onBehalfOf: "caller" | "schedule";
}
