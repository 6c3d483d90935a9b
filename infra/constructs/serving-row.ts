import type { IWidget } from "aws-cdk-lib/aws-cloudwatch";
import {
  Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Column,
  GraphWidget,
  GraphWidgetView,
  MathExpression,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { expression, graph, searched } from "./dashboard-graphs.ts";
import type { AlarmKind } from "./token-alarm.ts";
import { alarmArnOf, defaultRunbook, runbookLink } from "./token-alarm.ts";

export interface ServingRowProps {
  /** Where docs/operations.md can be read. */
  readonly runbookUrl: string | undefined;
  /** The realms' composite alarms and the alarms of no realm, by name. */
  readonly alarmNames: readonly string[];
}

/** CloudWatch's limit for one widget. */
const maxAlarmsPerWidget = 100;
const leastRowHeight = 10;
const textWidth = 4;
const alarmsWidth = 5;
const graphWidth = 5;

/** The row that answers whether callers are served, in which realm they are not, since when, and whose fault it is. */
export function servingRow(
  scope: Construct,
  { runbookUrl, alarmNames }: ServingRowProps,
): IWidget[] {
  const chunks = chunksOf(alarmNames, maxAlarmsPerWidget);
  const height = Math.max(leastRowHeight, chunks.length * 4);
  const whole = { width: graphWidth, height };
  const half = { width: graphWidth, height: height / 2 };
  return [
    new TextWidget({ markdown: howToRead(runbookUrl), width: textWidth, height }),
    new Column(
      ...chunks.map((names, chunk) => {
        const alarms = names.map((name) =>
          Alarm.fromAlarmArn(scope, `State of ${name}`, alarmArnOf(scope, name)),
        );
        const range = chunks.length > 1 ? `, ${chunk + 1} of ${chunks.length}` : "";
        return new AlarmStatusWidget({
          ...{ title: `Which realm, since when${range}`, alarms, width: alarmsWidth },
          height: Math.floor(height / chunks.length),
          sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        });
      }),
    ),
    new Column(
      availabilityGraph(half.height),
      graph("Not served, by realm", [searched("Unserved", "Sum")], half),
    ),
    new Column(
      graph("Not served, by whose fault", [searched("Unserved", "Sum", "Fault")], half),
      graph(
        "Failures of dependencies",
        [searched("DependencyFailures", "Sum", "Dependency")],
        half,
      ),
    ),
    graph("Refusals, by code", [searched("Refusals", "Sum", "Code")], whole),
  ];
}

/** Of all realms together. It is 100 where nothing was ever refused: a sum has no datapoint then. */
function availabilityGraph(height: number): IWidget {
  const usingMetrics = {
    vends: expression(`SUM(${searched("Vends", "Sum")})`),
    unserved: expression(`SUM(${searched("Unserved", "Sum")})`),
  };
  const available = new MathExpression({
    expression: "100 * vends / SUM([vends, unserved])",
    ...{ usingMetrics, label: "served, %" },
  });
  return new GraphWidget({
    ...{ title: "Are callers served? All realms, %", width: graphWidth, height },
    view: GraphWidgetView.TIME_SERIES,
    left: [available],
    leftYAxis: { max: 100, showUnits: false },
  });
}

const questions: readonly (readonly [question: string, kind: AlarmKind])[] = [
  ["Callers are not served", "availability"],
  ["The provider refuses our credentials", "credentials-rejected"],
  ["Another issuer revokes our tokens", "contested"],
  ["Vends are slow", "slow-vends"],
  ["The schedule is late", "overdue"],
  ["Renewals fail", "renewal-failures"],
  ["A function fails", "errors"],
  ["A function is throttled", "throttles"],
];

function howToRead(runbookUrl: string = defaultRunbook): string {
  const links = questions.map(
    ([question, kind]) => `- [${question}](${runbookLink(kind, runbookUrl)})`,
  );
  return [
    "# Token vending",
    "An alarm with a realm's name is in ALARM while something is wrong there. `ours` is a fault of this deployment, `provider` the provider's; a caller's mistakes are refusals and nothing else.",
    "**What to do**",
    [...links, `- [Each code](${runbookUrl}#availability)`].join("\n"),
  ].join("\n\n");
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, at) => all.slice(at * size, (at + 1) * size));
}
