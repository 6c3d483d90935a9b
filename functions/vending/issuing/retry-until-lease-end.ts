import { msBetween, plusMs } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Lease } from "../../model/token-record.ts";

const firstPauseMs = 50;

/**
 * Repeats a write that ends the lease until it is answered: what a provider has issued is not lost to a passing fault.
 * Gives up, failing as the last write did, when the lease ends.
 */
export async function untilLeaseEnds<T>(
  deps: Dependencies,
  lease: Lease,
  signal: AbortSignal,
  write: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  const until = deps.clock.timeout(msBetween(deps.clock.now(), lease.until), signal);
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    try {
      return await write(until);
    } catch (error) {
      if (plusMs(deps.clock.now(), pauseMs) >= lease.until) throw error;
      await deps.clock.sleep(pauseMs, until).catch(() => {
        throw error;
      });
    }
  }
}
