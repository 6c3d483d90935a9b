import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Measure } from "../../functions/model/metrics.ts";

/** The namespace that functions/platform/emf-metrics.ts writes to. */
export const metricNamespace = "TokenVending";

export function realmMetric(
  realm: string,
  metricName: Measure,
  statistic: string,
  period = Duration.minutes(5),
): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { Realm: realm },
    statistic,
    period,
  });
}
