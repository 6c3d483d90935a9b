import { createCachedCredential } from "./cached-credential.ts";
import type { VendedCredential } from "./credential.ts";
import { raceAbort } from "./race-abort.ts";
import type { CredentialRequest } from "./request-credential.ts";

export interface SharedVending {
  /** The cached credential, if it is usable now and for `minValiditySeconds` more. */
  cached(minValiditySeconds?: number): VendedCredential | null;
  /** The cached credential, unless the request rejects it or demands more, or else a request's. */
  vend(request: CredentialRequest, signal: AbortSignal): Promise<VendedCredential>;
}

/** Vends for all callers of this process: one cached credential, and one request in flight for equal demands. */
export function shareVending(
  send: (request: CredentialRequest, signal: AbortSignal) => Promise<VendedCredential>,
  now: () => number,
): SharedVending {
  const cached = createCachedCredential(now);
  const inFlight = new Map<string, SingleFlight<VendedCredential>>();

  return {
    cached: cached.get,
    async vend(request, signal) {
      cached.evict(request.rejectedVersion);
      const credential = cached.get(request.minValiditySeconds);
      if (credential) return credential;
      const key = JSON.stringify(request);
      let flight = inFlight.get(key);
      if (!flight) {
        const run = async (ended: AbortSignal) => cached.set(await send(request, ended));
        flight = startSingleFlight(run, () => inFlight.delete(key));
        inFlight.set(key, flight);
      }
      return flight.join(signal);
    },
  };
}

/** Work that several callers await. A caller may leave; the work is aborted when the last one has left. */
interface SingleFlight<T> {
  join(signal: AbortSignal): Promise<T>;
}

/** `end` is called once, when no caller waits any more: nobody may join after that. */
function startSingleFlight<T>(
  run: (signal: AbortSignal) => Promise<T>,
  end: () => void,
): SingleFlight<T> {
  const controller = new AbortController();
  const result = run(controller.signal);
  let waiting = 0;
  return {
    join(signal) {
      waiting += 1;
      return raceAbort(result, signal).finally(() => {
        waiting -= 1;
        if (!waiting) {
          end();
          controller.abort();
        }
      });
    },
  };
}
