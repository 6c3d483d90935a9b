/**
 * What is measured of a realm, in which unit, and what several values become until they are written: their sum, the
 * least of them, or each of them. docs/operations.md says what each is for.
 */
export const measures = {
  /** Callers that were given a credential. */
  Vends: { unit: "Count", keeps: "sum" },
  /** Tokens that were committed, keys that were adopted. */
  Issues: { unit: "Count", keeps: "sum" },
  /** Renewals that ended without a token, whether the provider was asked or not. */
  IssueFailures: { unit: "Count", keeps: "sum" },
  /** Renewals that the provider refused for the credentials, and callers turned away for it. */
  CredentialsRejected: { unit: "Count", keeps: "sum" },
  /** Callers that reported a static key which is still the secret's value. */
  KeyRejections: { unit: "Count", keeps: "sum" },
  /** Records with attributes that could not be what they said. */
  DamagedRecords: { unit: "Count", keeps: "sum" },
  /** Callers turned away by the circuit breaker for rejection storms. */
  Contested: { unit: "Count", keeps: "sum" },
  /** How long a caller waited for somebody else's renewal, in whatever it ended. */
  LeaseWaitMs: { unit: "Milliseconds", keeps: "each" },
  /** Holders that came back after their lease with a token that nobody may use. */
  LateIssues: { unit: "Count", keeps: "sum" },
  /** Connections that the schedule could not renew. */
  RenewalFailures: { unit: "Count", keeps: "sum" },
  /** How long the vended credential is usable yet; of a key without end there is none. */
  RemainingLifeMs: { unit: "Milliseconds", keeps: "min" },
  /** How long a static key lives yet, where its secret says so. */
  KeyEndsInDays: { unit: "None", keeps: "min" },
  /** How long a person's consent lasts yet, where the provider says so. */
  ConsentEndsInDays: { unit: "None", keeps: "min" },
} as const;

export type Measure = keyof typeof measures;

/** Numbers about a realm, for dashboards and alarms. Never fails, and never holds anything but numbers. */
export interface Metrics {
  record(measure: Measure, value: number): void;
}
