/** Time as a parameter. Only `now` is the wall clock, which may be wrong. `sleep` rejects when the signal aborts. */
export interface Clock {
  now(): Date;
  /** How many of `ms` milliseconds are left, from now on; negative once they have passed. */
  countdown(ms: number): () => number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A signal that aborts after `ms`, or with `parent`, whichever comes first. */
  timeout(ms: number, parent: AbortSignal): AbortSignal;
}

/** The tolerance for instants that another process wrote: the clocks of Lambda's machines differ by a few milliseconds. */
export const maxClockSkewMs = 250;

export function plusMs(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}

/** The earlier of two instants, of which either may be unknown. */
export function earlier<Instant extends Date | null>(a: Instant, b: Instant): Instant {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}

/** The later of two instants, of which either may be unknown. */
export function later<Instant extends Date | null>(a: Instant, b: Instant): Instant {
  if (!a || !b) return a ?? b;
  return a > b ? a : b;
}

export function msBetween(from: Date, to: Date): number {
  return to.getTime() - from.getTime();
}

/** Whole seconds until `instant`, rounded up, at least one: for retry hints. */
export function secondsUntil(instant: Date, now: Date): number {
  return Math.max(1, Math.ceil(msBetween(now, instant) / 1000));
}

/** When a call was sent and its answer received, by one process's clock. `requestedAt` is never the later one. */
export interface CallTimes {
  readonly requestedAt: Date;
  readonly receivedAt: Date;
}

/**
 * Begins to time a call. If the clock is set back or corrected before the answer, the beginning is counted back from the
 * end: else a token would seem to be requested after it was issued, and its doubts would be forgotten.
 */
export function timeCall(clock: Clock): () => CallTimes {
  const begunAt = clock.now();
  const msLeft = clock.countdown(0);
  return () => {
    const receivedAt = clock.now();
    const latest = plusMs(receivedAt, msLeft());
    return { requestedAt: begunAt < latest ? begunAt : latest, receivedAt };
  };
}

/** How many milliseconds have passed: by the clock, which counts suspensions, or by the countdown, whichever is more. */
export function stopwatch(clock: Clock): () => number {
  const end = timeCall(clock);
  return () => {
    const { requestedAt, receivedAt } = end();
    return msBetween(requestedAt, receivedAt);
  };
}

/** The result of `work`, or a rejection with `reason()` once the signal aborts, even if `work` never settles. */
export function rejectOnAbort<T>(
  work: Promise<T>,
  signal: AbortSignal,
  reason: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(reason());
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
