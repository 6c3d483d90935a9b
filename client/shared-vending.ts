import { createCachedCredential } from "./cached-credential.ts";
import type { VendedCredential } from "./credential.ts";
import type { CredentialRequest } from "./request-credential.ts";
import type { SingleFlight } from "./shared-flight.ts";
import { startSingleFlight } from "./shared-flight.ts";

export interface SharedVending {
  vend(minValiditySeconds: number, signal: AbortSignal): Promise<VendedCredential>;
  reject(version: number, signal: AbortSignal): Promise<VendedCredential>;
}

/** Vends for all callers of this process: one memory, and one request at a time for whoever asks the same. */
export function shareVending(
  request: (wish: CredentialRequest, signal: AbortSignal) => Promise<VendedCredential>,
  now: () => number,
): SharedVending {
  const held = createCachedCredential(now);
  const flights = new Map<string, SingleFlight<VendedCredential>>();

  function requestOnce(wish: CredentialRequest, signal: AbortSignal): Promise<VendedCredential> {
    signal.throwIfAborted();
    const key = JSON.stringify(wish);
    let flight = flights.get(key);
    if (!flight) {
      const run = async (ended: AbortSignal) => held.set(await request(wish, ended));
      flight = startSingleFlight(run, () => flights.delete(key));
      flights.set(key, flight);
    }
    return flight.join(signal);
  }

  return {
    async vend(minValiditySeconds, signal) {
      const wish = minValiditySeconds ? { minValiditySeconds } : {};
      return held.get(minValiditySeconds) ?? requestOnce(wish, signal);
    },
    async reject(version, signal) {
      held.evict(version);
      return held.get(0) ?? requestOnce({ rejectedVersion: version }, signal);
    },
  };
}
