import { msBetween } from "../model/clock.ts";
import type { Credential } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { ProblemCode } from "../model/errors.ts";
import { VendingError } from "../model/errors.ts";
import type { Measure } from "../model/metrics.ts";
import type { Wait } from "./await-renewal.ts";

/** What counts the callers that a problem turns away, where an operator has to act. */
const measureOf: Readonly<Record<ProblemCode, Measure | null>> = {
  "invalid-request": null,
  "unknown-connection": null,
  "scope-conflict": null,
  "validity-unavailable": null,
  "consent-required": null,
  "credentials-rejected": "CredentialsRejected",
  "secret-malformed": null,
  "provider-malformed": null,
  contested: "Contested",
  "provider-throttled": null,
  "provider-unavailable": null,
  "renewal-in-progress": null,
  "store-unavailable": null,
  "secret-unavailable": null,
  internal: null,
};

/** Counts what a caller was told: a credential and how long it lasts, or a problem that an operator has to know of. */
export async function measureVend(
  { metrics, clock }: Pick<Dependencies, "metrics" | "clock">,
  vend: () => Promise<Credential>,
): Promise<Credential> {
  try {
    const credential = await vend();
    metrics.record("Vends", 1);
    const { usableUntil } = credential;
    if (usableUntil) metrics.record("RemainingLifeMs", msBetween(clock.now(), usableUntil));
    return credential;
  } catch (error) {
    const measure = error instanceof VendingError ? measureOf[error.code] : null;
    if (measure) metrics.record(measure, 1);
    throw error;
  }
}

/** Adds up how long one caller waits for other processes' renewals. Waits for a handover are not counted. */
export function leaseWaitTimer({ clock, metrics }: Pick<Dependencies, "clock" | "metrics">) {
  let waitedMs = 0;
  return {
    async during<T>(action: Wait["action"], wait: () => Promise<T>): Promise<T> {
      const begunAt = clock.now();
      try {
        return await wait();
      } finally {
        if (action === "await-renewal") waitedMs += msBetween(begunAt, clock.now());
      }
    },
    /** Records the sum. To be called when the caller is answered, with a token or a problem. */
    end(): void {
      if (waitedMs > 0) metrics.record("LeaseWaitMs", waitedMs);
    },
  };
}
