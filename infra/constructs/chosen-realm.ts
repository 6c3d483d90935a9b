import type { IWidget } from "aws-cdk-lib/aws-cloudwatch";
import {
  DashboardVariable,
  DefaultValue,
  Values,
  VariableInputType,
  VariableType,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Measure } from "../../functions/model/metrics.ts";
import { graph } from "./dashboard-graphs.ts";
import { metricNamespace, realmMetric } from "./realm-metrics.ts";

/** Stands for the realm that is chosen above the dashboard: one at a time, because a dashboard shows 2500 metrics at most. */
const placeholder = "CHOSEN_REALM";

/** The choice, of all realms that have vended. */
export function realmChoice(): DashboardVariable {
  return new DashboardVariable({
    ...{ id: "realm", label: "Realm", value: placeholder },
    type: VariableType.PATTERN,
    inputType: VariableInputType.SELECT,
    values: Values.fromSearch(`{${metricNamespace},Realm} MetricName="Vends"`, "Realm"),
    defaultValue: DefaultValue.FIRST,
  });
}

/** Every metric of the chosen realm. */
export function chosenRealmRows(): IWidget[][] {
  return [
    [
      chosen("Served, and not", ["Vends", "Sum"], ["Unserved", "Sum"], ["Refusals", "Sum"]),
      chosen("Vend not from memory, ms", ["VendMs", "p50"], ["VendMs", "p99"]),
      chosen("Wait for another caller's renewal, ms", ["LeaseWaitMs", "p99"]),
    ],
    [
      chosen("Issues", ["Issues", "Sum"], ["IssueFailures", "Sum"], ["LateIssues", "Sum"]),
      chosen("Schedule: failures", ["RenewalFailures", "Sum"], ["DependencyFailures", "Sum"]),
      chosen("Schedule: oldest overdue renewal, ms", ["OverdueMs", "Maximum"]),
    ],
    [
      chosen(
        "Rejections",
        ...([
          ["CredentialsRejected", "Sum"],
          ["KeyRejections", "Sum"],
          ["Contested", "Sum"],
          ["DamagedRecords", "Sum"],
        ] as const),
      ),
      chosen("Shortest remaining life when vended, ms", ["RemainingLifeMs", "Minimum"]),
      chosen(
        "Days: until a key or a consent ends; since a key was adopted. Consents that have ended",
        ...([
          ["KeyEndsInDays", "Minimum"],
          ["ConsentEndsInDays", "Minimum"],
          ["ConsentsEnded", "Sum"],
          ["KeyAgeDays", "Maximum"],
        ] as const),
      ),
    ],
  ];
}

function chosen(title: string, ...lines: readonly (readonly [Measure, string])[]): IWidget {
  return graph(
    title,
    lines.map(([name, statistic]) => realmMetric(placeholder, name, statistic)),
  );
}
