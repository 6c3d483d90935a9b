import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Measure } from "../../functions/model/metrics.ts";

/** Where functions/platform/emf-metrics.ts writes, each with its realm. */
export const metricNamespace = "TokenVending";

/** Every five minutes, as far as nothing else is said. */
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

/** Lambda's own count of several functions, added up. A function that is not called has none, which is 0 here. */
export function sumOfFunctions(
  functions: readonly IFunction[],
  metricName: "Errors" | "Throttles",
): IMetric {
  const period = Duration.minutes(5);
  const each = functions.map((fn) => fn.metric(metricName, { statistic: "Sum", period }));
  const [only, ...others] = each;
  if (only && others.length === 0) return only;
  const usingMetrics = Object.fromEntries(each.map((metric, at) => [`m${at}`, metric]));
  const expression = Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(" + ");
  return new MathExpression({ expression, usingMetrics, period, label: metricName });
}
