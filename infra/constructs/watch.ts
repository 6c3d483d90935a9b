import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  MathExpression,
} from "aws-cdk-lib/aws-cloudwatch";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Measure } from "../../functions/model/metrics.ts";
import type { Realm } from "./realm.ts";
import { metricNamespace } from "./realm-metrics.ts";
import { TokenAlarm } from "./token-alarm.ts";

interface WatchProps {
  readonly realms: readonly Realm[];
  readonly failures: IQueue;
  readonly notify: ITopic | undefined;
}

/** One page for all realms: which alarms ring, and each metric with a line for each realm. */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, { realms, failures, notify }: WatchProps) {
    super(scope, id);
    const undelivered = new TokenAlarm(this, {
      topic: "undelivered",
      of: "ticks",
      meaning: "Ticks failed or could not be delivered, and lie in the queue.",
      metric: failures.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
      above: 0,
      ...(notify && { notify }),
    });
    const alarms = [...realms.flatMap((realm) => realm.alarms), undelivered].map(({ ownArn }, at) =>
      Alarm.fromAlarmArn(this, `Alarm${at}`, ownArn),
    );
    new Dashboard(this, "Dashboard", {
      dashboardName: "token-vending",
      defaultInterval: Duration.hours(3),
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms, width: 24, height: 6 })],
        [graph("Vends", "Sum"), graph("Issues", "Sum"), graph("IssueFailures", "Sum")],
        [
          graph("RemainingLifeMs", "Minimum", "smallest remaining life at vend, ms"),
          graph("LeaseWaitMs", "p99", "wait for someone else's renewal, p99, ms"),
          graph("RenewalFailures", "Sum"),
        ],
        [
          graph("CredentialsRejected", "Sum"),
          graph("Contested", "Sum"),
          graph("LateIssues", "Sum"),
        ],
        [
          graph("KeyEndsInDays", "Minimum", "days until a key ends"),
          graph("ConsentEndsInDays", "Minimum", "days until a consent ends"),
        ],
      ],
    });
  }
}

function graph(name: Measure, statistic: string, title: string = name): GraphWidget {
  const search = `SEARCH('{${metricNamespace},Realm} MetricName="${name}"', '${statistic}', 300)`;
  return new GraphWidget({
    title,
    width: 8,
    height: 6,
    view: GraphWidgetView.TIME_SERIES,
    left: [new MathExpression({ expression: search, label: "", usingMetrics: {} })],
  });
}
