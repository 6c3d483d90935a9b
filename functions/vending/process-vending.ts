import { msBetween, stopwatch } from "../model/clock.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { ProblemCode } from "../model/errors.ts";
import { VendingError } from "../model/errors.ts";
import type { Measure, Metrics } from "../model/metrics.ts";
import { CredentialCache } from "./credential-cache.ts";
import type { Vend } from "./one-flight.ts";
import { shareFlights } from "./one-flight.ts";

/** Vends to all callers of one process, and counts each of them. */
export interface ProcessVending {
  /** The credential that this process has cached, if it satisfies the request. Most calls end here: it starts nothing. */
  cached(request: VendRequest): Credential | null;
  readonly vend: Vend;
}

export function processVending(deps: Dependencies): ProcessVending {
  const cache = new CredentialCache(deps.clock);
  const vend = shareFlights(deps, cache);
  return {
    cached(request) {
      const now = deps.clock.now();
      const credential = cache.get(request, now);
      if (credential) countVend(deps.metrics, credential, now);
      return credential;
    },
    vend: (request, deadline) => measureVend(deps, () => vend(request, deadline)),
  };
}

/** The metric that counts requests refused with a problem, where an operator must act. */
const problemMeasures: ReadonlyMap<ProblemCode, Measure> = new Map([
  ["credentials-rejected", "CredentialsRejected"],
  ["contested", "Contested"],
]);

/**
 * Counts what came of a vend that was not answered from memory: a credential and how long it took, or a problem on which
 * an operator must act.
 */
export async function measureVend(
  { metrics, clock }: Pick<Dependencies, "metrics" | "clock">,
  vend: () => Promise<Credential>,
): Promise<Credential> {
  const elapsedMs = stopwatch(clock);
  try {
    const credential = await vend();
    countVend(metrics, credential, clock.now());
    metrics.record("VendMs", elapsedMs());
    return credential;
  } catch (error) {
    const measure = error instanceof VendingError && problemMeasures.get(error.code);
    if (measure) metrics.record(measure, 1);
    throw error;
  }
}

/** Counts a vended credential and its remaining life. */
function countVend(metrics: Metrics, { usableUntil }: Credential, now: Date): void {
  metrics.record("Vends", 1);
  if (usableUntil) metrics.record("RemainingLifeMs", msBetween(now, usableUntil));
}
