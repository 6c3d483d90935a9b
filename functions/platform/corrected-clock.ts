import type { Clock } from "../model/clock.ts";
import { msBetween, plusMs } from "../model/clock.ts";

/** HTTP states the time in whole seconds (RFC 9110 §5.6.7). */
const resolutionMs = 1000;

/** A clock that is off by less is left alone: what it writes is bounded where records are read. */
const toleranceMs = 5000;

/** An answer that took longer says too little about when it was made. */
const maxExchangeMs = 500;

/** A clock that is corrected by servers whose time can be trusted. */
export interface CorrectedClock extends Clock {
  /** Takes in the time that a server has stated. The request was sent and its answer received at these instants of this clock. */
  observe(stated: Date, sentAt: Date, receivedAt: Date): void;
}

/** `onCorrection` gets how many milliseconds the clock was ahead; behind, if negative. */
export function correctedClock(
  clock: Clock,
  onCorrection: (aheadMs: number) => void,
): CorrectedClock {
  let aheadMs = 0;
  return {
    now: () => (aheadMs === 0 ? clock.now() : plusMs(clock.now(), -aheadMs)),
    countdown: clock.countdown,
    sleep: clock.sleep,
    timeout: clock.timeout,
    observe(stated, sentAt, receivedAt) {
      const leastMs = msBetween(stated, sentAt) - resolutionMs;
      const mostMs = msBetween(stated, receivedAt);
      const isRight = leastMs <= toleranceMs && mostMs >= -toleranceMs;
      const elapsedMs = msBetween(sentAt, receivedAt);
      // `mostMs` is not a number if the server has stated no time.
      const isPrecise = elapsedMs >= 0 && elapsedMs <= maxExchangeMs && Number.isFinite(mostMs);
      if (isRight || !isPrecise) return;
      const correctionMs = Math.round((leastMs + mostMs) / 2);
      aheadMs += correctionMs;
      onCorrection(correctionMs);
    },
  };
}
