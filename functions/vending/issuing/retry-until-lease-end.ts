import { msBetween, plusMs } from "../../model/clock.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import type { Lease } from "../../model/token-record.ts";

const firstPauseMs = 50;

/**
 * Repeats the write that ends a lease until the store answers: a token that was issued must not be lost to a passing
 * fault. When the lease ends first, fails as the last attempt did.
 */
export async function retryUntilLeaseEnd<T>(
  deps: Dependencies,
  lease: Lease,
  parent: AbortSignal,
  write: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = deps.clock.timeout(msBetween(deps.clock.now(), lease.until), parent);
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    try {
      return await write(signal);
    } catch (error) {
      if (plusMs(deps.clock.now(), pauseMs) >= lease.until) throw error;
      await deps.clock.sleep(pauseMs, signal).catch(() => {
        throw error;
      });
    }
  }
}
