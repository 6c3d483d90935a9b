import { rejectOnAbort } from "../model/clock.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { Metrics } from "../model/metrics.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { CredentialCache } from "./credential-cache.ts";
import { vendToken } from "./vend-token.ts";

/** Fails with a `VendingError`. */
export type Vend = (request: VendRequest, deadline: Deadline) => Promise<Credential>;

/**
 * One flight for equal demands on one connection. Only equal ones, so that nobody is answered with a version that it
 * rejects, or with less validity than it demands.
 */
export function shareFlights(deps: Dependencies, cache: CredentialCache): Vend {
  const inFlight = new Map<string, SingleFlight>();
  return (request, deadline) => {
    const { account, minValiditySeconds, rejectedVersion } = request;
    const demand = `${account} ${minValiditySeconds} ${rejectedVersion}`;
    let flight = inFlight.get(demand);
    if (!flight) {
      const lookUp: Lookup = (metrics, shared) =>
        vendToken({ ...deps, metrics }, cache, request, shared);
      flight = startSingleFlight(deps, lookUp, deadline, () => inFlight.delete(demand));
      inFlight.set(demand, flight);
    }
    return flight.join(deadline);
  };
}

type Lookup = (metrics: Metrics, deadline: Deadline) => Promise<Credential>;

/** A lookup that several callers await. A caller may leave; the lookup is aborted when the last one has left. */
interface SingleFlight {
  join(deadline: Deadline): Promise<Credential>;
}

/** `end` is called once, when the lookup is over or nobody waits for it any more: nobody may join after that. */
function startSingleFlight(
  deps: Dependencies,
  lookUp: Lookup,
  first: Deadline,
  end: () => void,
): SingleFlight {
  const controller = new AbortController();
  const sinceNow = () => deps.clock.countdown(0);
  /** Who waits, and since when. */
  const waiting = new Map([[first, sinceNow()]]);
  let isOver = false;
  const endOnce = () => {
    if (!isOver) end();
    isOver = true;
  };
  // As long as the most patient of those who wait has time, the lookup has.
  const msLeft = () => Math.max(...[...waiting.keys()].map((caller) => caller.msLeft()));
  const deadline = { ...first, msLeft, signal: controller.signal };
  const others = () =>
    [...waiting].filter(([caller]) => caller !== first).map(([, since]) => since);
  const result = lookUp(countAll(deps.metrics, others), deadline).finally(endOnce);

  return {
    join(caller) {
      if (!waiting.has(caller)) waiting.set(caller, sinceNow());
      return rejectOnAbort(result, caller.signal, timeIsUp).finally(() => {
        waiting.delete(caller);
        if (waiting.size > 0 || isOver) return;
        endOnce();
        controller.abort();
      });
    },
  };
}

/** Records what counts callers once for each of them, and all else once. The countdowns of `others` began when they came. */
function countAll(metrics: Metrics, others: () => readonly (() => number)[]): Metrics {
  return {
    record(measure, value, part) {
      metrics.record(measure, value, part);
      if (measure === "KeyRejections") for (const _ of others()) metrics.record(measure, value);
      if (measure !== "LeaseWaitMs") return;
      // Who came later has waited for less.
      for (const msLeft of others()) metrics.record(measure, Math.min(value, -msLeft()));
    },
  };
}

function timeIsUp(): VendingError {
  return new VendingError("renewal-in-progress", "The caller's time is up.", 1);
}
