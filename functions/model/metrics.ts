import type { DependencyName, ProblemCode } from "./errors.ts";
import type { FaultParty } from "./faults.ts";

/**
 * A realm's metrics, with their units, and how several values are combined until they are written: their sum, their
 * minimum or maximum, or each value. `by`: the dimension by which a measure is counted besides the realm.
 * docs/operations.md explains each.
 */
export const measures = {
  /** Vended credentials. */
  Vends: { unit: "Count", keeps: "sum" },
  /** How long a vend took that was not answered from this process's memory. */
  VendMs: { unit: "Milliseconds", keeps: "each" },
  /** Problems that were answered, by their codes. */
  Refusals: { unit: "Count", keeps: "sum", by: "Code" },
  /** Those of them that are our fault or the provider's: callers that should have been served. */
  Unserved: { unit: "Count", keeps: "sum", by: "Fault" },
  /** Requests to a dependency that failed, after retries. */
  DependencyFailures: { unit: "Count", keeps: "sum", by: "Dependency" },
  /** Committed tokens and adopted keys. */
  Issues: { unit: "Count", keeps: "sum" },
  /** Renewals that ended without a token, whether the provider was called or not. */
  IssueFailures: { unit: "Count", keeps: "sum" },
  /** Renewals that failed because the provider refused the credentials, and requests that were refused because of it. */
  CredentialsRejected: { unit: "Count", keeps: "sum" },
  /** Reports of a rejected static key that is still the secret's value. */
  KeyRejections: { unit: "Count", keeps: "sum" },
  /** Records with invalid attributes. */
  DamagedRecords: { unit: "Count", keeps: "sum" },
  /** Requests that the circuit breaker for rejection storms refused. */
  Contested: { unit: "Count", keeps: "sum" },
  /** How long a caller waited for another process's renewal, whatever its outcome. */
  LeaseWaitMs: { unit: "Milliseconds", keeps: "each" },
  /** Tokens that arrived after the lease had ended, which nobody may use. */
  LateIssues: { unit: "Count", keeps: "sum" },
  /** Connections that the schedule failed to renew. */
  RenewalFailures: { unit: "Count", keeps: "sum" },
  /** Since when the oldest renewal has been due that a tick found; 0 if none was overdue. */
  OverdueMs: { unit: "Milliseconds", keeps: "max" },
  /** How long the vended credential remains usable; none for a key that does not expire. */
  RemainingLifeMs: { unit: "Milliseconds", keeps: "min" },
  /** Days until a static key expires, where its secret states that. */
  KeyEndsInDays: { unit: "None", keeps: "min" },
  /** Days since a static key was adopted, where its secret states no expiry. */
  KeyAgeDays: { unit: "None", keeps: "max" },
  /** Consents that have ended: refused by the provider, run out, disconnected or deleted. */
  ConsentsEnded: { unit: "Count", keeps: "sum" },
  /** Days until a person's consent ends, where the provider states that. */
  ConsentEndsInDays: { unit: "None", keeps: "min" },
} as const;

export type Measure = keyof typeof measures;

/** A value of the dimension by which a measure is counted. */
export type MeasuredPart = ProblemCode | FaultParty | DependencyName;

/** Records a realm's metrics, for dashboards and alarms. Never fails. */
export interface Metrics {
  /** `part` is given for a measure with a further dimension, and for no other. */
  record(measure: Measure, value: number, part?: MeasuredPart): void;
}

/** The dimension by which a measure is counted besides the realm; null for most. */
export function dimensionOf(measure: Measure): "Code" | "Fault" | "Dependency" | null {
  const declared = measures[measure];
  return "by" in declared ? declared.by : null;
}
