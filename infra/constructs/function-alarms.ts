import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { AlarmDefinition } from "./token-alarm.ts";

/** Alarms on Lambda's own metrics, summed over these functions. */
export function functionAlarms(functions: readonly IFunction[]): AlarmDefinition[] {
  return [
    {
      kind: "errors",
      meaning: "A function failed instead of answering.",
      metric: sumOfFunctions(functions, "Errors"),
      greaterThan: 0,
    },
    {
      kind: "throttles",
      meaning: "Lambda has throttled a function: it has reached its concurrency limit.",
      metric: sumOfFunctions(functions, "Throttles"),
      greaterThan: 0,
    },
  ];
}

/** A function that is not called has no data, which counts as 0. */
function sumOfFunctions(
  functions: readonly IFunction[],
  metricName: "Errors" | "Throttles",
): IMetric {
  const period = Duration.minutes(5);
  const metrics = functions.map((fn) => fn.metric(metricName, { statistic: "Sum", period }));
  const [first, ...others] = metrics;
  if (first && others.length === 0) return first;
  const usingMetrics = Object.fromEntries(metrics.map((metric, at) => [`m${at}`, metric]));
  const expression = Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(" + ");
  return new MathExpression({ expression, usingMetrics, period, label: metricName });
}
