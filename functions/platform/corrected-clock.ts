import type { Clock } from "../model/clock.ts";
import { msBetween, plusMs } from "../model/clock.ts";

/** HTTP states the time in whole seconds (RFC 9110 §5.6.7). */
const resolutionMs = 1000;

/** A clock that is off, or set back, by less is left alone: what it writes is bounded where records are read. */
const toleranceMs = 5000;

/**
 * A clock that is corrected by servers whose time can be trusted. Until they state the time again, it goes on where the
 * machine's clock is set back. A machine that was suspended only seems to be set ahead, so that is left to the servers.
 */
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
  const correct = (ms: number) => {
    aheadMs += ms;
    onCorrection(ms);
  };
  const msLeft = clock.countdown(0);
  /** When the machine's clock showed that this clock began: it becomes earlier only where the machine is set back. */
  let begunAt = clock.now().getTime();
  const machineNow = () => {
    const now = clock.now();
    const beganAt = Math.trunc(now.getTime() + msLeft());
    const laterMs = beganAt - begunAt;
    const isSetBack = laterMs < -toleranceMs;
    if (isSetBack || laterMs > 0) begunAt = beganAt;
    if (isSetBack) correct(laterMs);
    return now;
  };
  return {
    now() {
      const now = machineNow();
      // A right clock is the usual case, and a vend from memory asks it twice.
      return aheadMs === 0 ? now : plusMs(now, -aheadMs);
    },
    countdown: clock.countdown,
    sleep: clock.sleep,
    timeout: clock.timeout,
    observe(stated, sentAt, receivedAt) {
      const leastMs = msBetween(stated, sentAt) - resolutionMs;
      const mostMs = msBetween(stated, receivedAt);
      // Not so if no time is stated, or if the clock has gone back meanwhile.
      if (!(leastMs <= mostMs)) return;
      // Only by what is proven, because a request or its answer may have been long on its way.
      if (leastMs > toleranceMs) correct(leastMs + resolutionMs / 2);
      else if (mostMs < -toleranceMs) correct(mostMs - resolutionMs / 2);
    },
  };
}
