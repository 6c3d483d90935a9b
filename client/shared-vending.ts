import type { Wish } from "./ask.ts";
import type { Credential } from "./credential.ts";
import { holdCredential } from "./held-credential.ts";
import type { Flight } from "./shared-flight.ts";
import { startFlight } from "./shared-flight.ts";

export interface SharedVending {
  vend(minValiditySeconds: number, signal: AbortSignal): Promise<Credential>;
  reject(version: number, signal: AbortSignal): Promise<Credential>;
}

/** Vends for all callers of this process: one memory, and one request at a time for whoever asks the same. */
export function shareVending(
  request: (wish: Wish, signal: AbortSignal) => Promise<Credential>,
  now: () => number,
): SharedVending {
  const held = holdCredential(now);
  const flights = new Map<string, Flight<Credential>>();

  function requestOnce(wish: Wish, signal: AbortSignal): Promise<Credential> {
    signal.throwIfAborted();
    const key = JSON.stringify(wish);
    let flight = flights.get(key);
    if (!flight) {
      const run = async (ended: AbortSignal) => held.keep(await request(wish, ended));
      flight = startFlight(run, () => flights.delete(key));
      flights.set(key, flight);
    }
    return flight.join(signal);
  }

  return {
    async vend(minValiditySeconds, signal) {
      const wish = minValiditySeconds ? { minValiditySeconds } : {};
      return held.recall(minValiditySeconds) ?? requestOnce(wish, signal);
    },
    async reject(version, signal) {
      held.drop(version);
      return held.recall(0) ?? requestOnce({ rejectedVersion: version }, signal);
    },
  };
}
