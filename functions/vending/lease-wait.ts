import { msBetween } from "../model/clock.ts";
import type { Dependencies } from "../model/dependencies.ts";

/** How long one caller waits for somebody else's renewals, all in all; waits for a handover are not counted. */
export function leaseWait({ clock, metrics }: Pick<Dependencies, "clock" | "metrics">) {
  let waitedMs = 0;
  return {
    async during<T>(action: string, wait: () => Promise<T>): Promise<T> {
      const begun = clock.now();
      try {
        return await wait();
      } finally {
        if (action === "await-renewal") waitedMs += msBetween(begun, clock.now());
      }
    },
    /** To be called when the caller gets its answer, whatever it is. */
    end(): void {
      if (waitedMs > 0) metrics.record("LeaseWaitMs", waitedMs);
    },
  };
}
