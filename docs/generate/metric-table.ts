import type { Measure } from "../../functions/model/metrics.ts";
import { dimensionOf, measures } from "../../functions/model/metrics.ts";
import { tableText } from "./table-text.ts";

interface MetricRow {
  readonly means: string;
  /** The statistic to look at. */
  readonly statistic: string;
  /** The alarm that watches it, or when to worry. */
  readonly alarm: string;
}

const alarm = (kind: string) => `[${kind}](#alarm-${kind})`;

/** What each metric tells an operator; a new measure has to be added. */
const rows: Readonly<Record<Measure, MetricRow>> = {
  Vends: {
    means: "callers that were given a credential",
    statistic: "Sum",
    alarm: "no",
  },
  VendMs: {
    means: "how long a vend took that was not answered from the process's memory",
    statistic: "p50, p99",
    alarm: `p99 above 3 s: ${alarm("slow-vends")}`,
  },
  Refusals: {
    means: "problems that were answered, by code ([which are whose fault](#availability))",
    statistic: "Sum",
    alarm: "no: see `Unserved`",
  },
  Unserved: {
    means:
      "refusals that are `ours` or the `provider`'s fault: callers that should have been served",
    statistic: "Sum",
    alarm: `many, compared with \`Vends\`: ${alarm("availability")}`,
  },
  DependencyFailures: {
    means:
      "requests that failed, after retries: to `dynamodb`, `kms`, `secrets-manager` or `eventbridge`; renewals that failed because of the `provider`",
    statistic: "Sum",
    alarm: "if it persists; it says whose fault `Unserved` is",
  },
  Issues: {
    means: "tokens that were committed, keys that were adopted or confirmed",
    statistic: "Sum",
    alarm: `more than one per connection and token lifetime: ${alarm("issue-rate")}`,
  },
  IssueFailures: { means: "`issue-failed`", statistic: "Sum", alarm: "if it persists" },
  CredentialsRejected: {
    means:
      "renewals that failed because the provider refused the credentials, and callers that were refused because of that",
    statistic: "Sum",
    alarm: `any: ${alarm("credentials-rejected")}`,
  },
  KeyRejections: {
    means:
      "callers that reported a static key which is still the secret's value; they are in `CredentialsRejected` too",
    statistic: "Sum",
    alarm: `any: ${alarm("key-rejections")}`,
  },
  DamagedRecords: {
    means: "`record-damaged`, `record-went-back`",
    statistic: "Sum",
    alarm: `any: ${alarm("damaged-records")}`,
  },
  Contested: {
    means: "callers that were refused by the circuit breaker",
    statistic: "Sum",
    alarm: `any: ${alarm("contested")}`,
  },
  LeaseWaitMs: {
    means:
      "how long a caller waited in total for another process's renewal; callers that did not wait are not counted",
    statistic: "p99",
    alarm: `more than a renewal usually takes: ${alarm("lease-wait")}`,
  },
  LateIssues: {
    means: "tokens that arrived after their lease had ended (`late-issue`)",
    statistic: "Sum",
    alarm: `any: ${alarm("late-issues")}`,
  },
  RenewalFailures: {
    means: "`failed` of the schedule's ticks",
    statistic: "Sum",
    alarm: `if it persists: ${alarm("renewal-failures")}`,
  },
  OverdueMs: {
    means:
      "since when the oldest renewal has been due that a tick found, without connections that wait for a person; 0 if none is overdue",
    statistic: "Maximum",
    alarm: `more than five minutes: ${alarm("overdue")}`,
  },
  RemainingLifeMs: {
    means: "remaining life of a vended credential",
    statistic: "Minimum",
    alarm: "less than your consumers' calls take",
  },
  KeyEndsInDays: {
    means: "days until a static key expires, each time its secret is read",
    statistic: "Minimum",
    alarm: `less than you need to [rotate](#rotating-credentials): ${alarm("key-expiry")}; no data if no secret states an expiry`,
  },
  KeyAgeDays: {
    means:
      "days since a static key was adopted whose secret states no expiry, each time its secret is read; a probe after a rejection adopts it anew",
    statistic: "Maximum",
    alarm: "more than your rules for keys allow",
  },
  ConsentsEnded: {
    means: "consents that have ended: the event `consent-ended`",
    statistic: "Sum",
    alarm: `any: ${alarm("consent-ended")}`,
  },
  ConsentEndsInDays: {
    means: "days until a person's consent ends",
    statistic: "Minimum",
    alarm: `less than you need to reach that person: ${alarm("consent-ending")}`,
  },
};

const units = { Count: "count", Milliseconds: "ms", None: "days" } as const;

/** Every metric, as functions/model/metrics.ts declares it. */
export function metricTable(): string {
  const names = Object.keys(measures) as Measure[];
  return tableText(
    ["metric", "unit", "also by", "counts or measures", "statistic", "alarm"],
    names.map((name) => {
      const { means, statistic, alarm: when } = rows[name];
      const dimension = dimensionOf(name);
      const by = dimension ? `\`${dimension}\`` : "";
      return [`\`${name}\``, units[measures[name].unit], by, means, statistic, when];
    }),
  );
}
