import type { VendedCredential } from "./credential.ts";
import { usableUntilMs } from "./credential.ts";
import { raceAbort } from "./race-abort.ts";
import type { AnswerRequest } from "./request-answer.ts";

/** How long a static key is cached. An operator who retires a key waits this long after promoting the new one. */
const keyCacheMs = 60_000;
/** A credential that lives longer than this is a key: somebody may rotate it before it expires. */
const maxTokenLifetimeMs = 86_400_000;

export interface SharedVending {
  /** The credential vended last, if it is usable now and for `minValiditySeconds` more. */
  cached(minValiditySeconds?: number): VendedCredential | null;
  /** The cached credential, unless the request rejects it or demands more, or else a request's. */
  vend(request: AnswerRequest, signal: AbortSignal): Promise<VendedCredential>;
}

/** Vends for all callers of this process: one cached credential, and one request in flight for equal demands. */
export function shareVending(
  send: (request: AnswerRequest, signal: AbortSignal) => Promise<VendedCredential>,
  now: () => number,
): SharedVending {
  let stored: VendedCredential | null = null;
  let storedUntil = 0;
  let usableUntil = 0;
  const inFlight = new Map<string, Join<VendedCredential>>();

  function cached(minValiditySeconds = 0): VendedCredential | null {
    // Reading the clock is a third of what a vend from memory costs.
    const at = now();
    return at < storedUntil && at + minValiditySeconds * 1000 <= usableUntil ? stored : null;
  }

  /** Not in the place of a newer one. */
  function store(credential: VendedCredential): VendedCredential {
    if ((cached()?.version ?? 0) <= credential.version) {
      usableUntil = usableUntilMs(credential);
      const isKey = usableUntil - +credential.issuedAt > maxTokenLifetimeMs;
      storedUntil = isKey ? Math.min(usableUntil, now() + keyCacheMs) : usableUntil;
      stored = credential;
    }
    return credential;
  }

  return {
    cached,
    async vend(request, signal) {
      const { rejectedVersion = 0, minValiditySeconds } = request;
      if (stored && stored.version <= rejectedVersion) stored = null;
      const credential = cached(minValiditySeconds);
      if (credential) return credential;
      const key = JSON.stringify(request);
      let join = inFlight.get(key);
      if (!join) {
        const run = async (ended: AbortSignal) => store(await send(request, ended));
        join = startSingleFlight(run, () => inFlight.delete(key));
        inFlight.set(key, join);
      }
      return join(signal);
    },
  };
}

/** Awaits work with others. A caller may leave; the work is aborted when the last one has left. */
type Join<T> = (signal: AbortSignal) => Promise<T>;

/** `end` is called once, when no caller waits any more: nobody may join after that. */
function startSingleFlight<T>(run: (signal: AbortSignal) => Promise<T>, end: () => void): Join<T> {
  const controller = new AbortController();
  const result = run(controller.signal);
  let waiting = 0;
  return (signal) => {
    waiting += 1;
    return raceAbort(result, signal).finally(() => {
      waiting -= 1;
      if (!waiting) {
        end();
        controller.abort();
      }
    });
  };
}
