import { msBetween } from "../model/clock.ts";
import type { Credential } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { ProblemCode } from "../model/errors.ts";
import { VendingError } from "../model/errors.ts";
import type { Measure } from "../model/metrics.ts";

/** Callers that these turn away are counted: somebody has to act. */
const counted: Partial<Record<ProblemCode, Measure>> = {
  contested: "Contested",
  "credentials-rejected": "CredentialsRejected",
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
    const measure = error instanceof VendingError ? counted[error.code] : undefined;
    if (measure) metrics.record(measure, 1);
    throw error;
  }
}
