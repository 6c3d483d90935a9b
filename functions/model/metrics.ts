/**
 * A realm's metrics, with their units, and how several values are combined until they are written: their sum, their
 * minimum, or each value. docs/operations.md explains each.
 */
export const measures = {
  /** Vended credentials. */
  Vends: { unit: "Count", keeps: "sum" },
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
  /** How long the vended credential remains usable; none for a key that does not expire. */
  RemainingLifeMs: { unit: "Milliseconds", keeps: "min" },
  /** Days until a static key expires, where its secret states that. */
  KeyEndsInDays: { unit: "None", keeps: "min" },
  /** Days until a person's consent ends, where the provider states that. */
  ConsentEndsInDays: { unit: "None", keeps: "min" },
} as const;

export type Measure = keyof typeof measures;

/** Records a realm's metrics, for dashboards and alarms. Never fails. */
export interface Metrics {
  record(measure: Measure, value: number): void;
}
