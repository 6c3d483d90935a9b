import { msBetween } from "../model/clock.ts";
import type { Credential } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { ProblemCode } from "../model/errors.ts";
import { VendingError } from "../model/errors.ts";
import type { Measure, Metrics } from "../model/metrics.ts";

/** The metric that counts requests refused with a problem, where an operator must act. */
const problemMeasures: Readonly<Record<ProblemCode, Measure | null>> = {
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

/** Counts what came of a vend: a credential, or a problem on which an operator must act. */
export async function measureVend(
  { metrics, clock }: Pick<Dependencies, "metrics" | "clock">,
  vend: () => Promise<Credential>,
): Promise<Credential> {
  try {
    const credential = await vend();
    countVend(metrics, credential, clock.now());
    return credential;
  } catch (error) {
    const measure = error instanceof VendingError ? problemMeasures[error.code] : null;
    if (measure) metrics.record(measure, 1);
    throw error;
  }
}

/** Counts a vended credential and its remaining life. */
export function countVend(metrics: Metrics, { usableUntil }: Credential, now: Date): void {
  metrics.record("Vends", 1);
  if (usableUntil) metrics.record("RemainingLifeMs", msBetween(now, usableUntil));
}
