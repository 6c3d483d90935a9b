import type { IMetric, IWidget } from "aws-cdk-lib/aws-cloudwatch";
import { GraphWidget, GraphWidgetView, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { Measure } from "../../functions/model/metrics.ts";
import { metricNamespace } from "./realm-metrics.ts";

/** A widget's part of the dashboard's grid, which is 24 wide. */
export interface WidgetSize {
  readonly width: number;
  readonly height: number;
}

/** Three in a row. */
const usualSize: WidgetSize = { width: 8, height: 6 };

/**
 * All metrics of this name, found when the dashboard is opened, so that it refers to no realm. By realm they are as many
 * as realms: CloudWatch shows at most 500 of one search.
 */
export function searched(
  name: Measure,
  statistic: string,
  by: "Realm" | "Code" | "Fault" | "Dependency" = "Realm",
): string {
  return searchFor(`${metricNamespace},${by}`, name, statistic);
}

/** `terms` restrict what is found. */
export function searchFor(schema: string, name: string, statistic: string, terms = ""): string {
  const query = `{${schema}} MetricName="${name}" ${terms}`.trimEnd();
  return `SEARCH('${query}', '${statistic}', 300)`;
}

/** The lines of some searches, or of some metrics. */
export function graph(
  title: string,
  lines: readonly (string | IMetric)[],
  size: WidgetSize = usualSize,
): IWidget {
  return new GraphWidget({
    ...{ title, ...size, view: GraphWidgetView.TIME_SERIES },
    left: lines.map((line) => (typeof line === "string" ? expression(line) : line)),
  });
}

export function expression(text: string, label = ""): MathExpression {
  return new MathExpression({ expression: text, label, usingMetrics: {} });
}
