import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  MathExpression,
} from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Measure } from "../../functions/model/metrics.ts";
import { functionAlarms } from "./function-alarms.ts";
import { metricNamespace } from "./realm-metrics.ts";
import { TokenAlarm } from "./token-alarm.ts";

interface MonitoringProps {
  /** The alarms of all realms. By name: nothing here refers to another stack. */
  readonly realmAlarms: readonly TokenAlarm[];
  readonly dashboardName: string;
  readonly failureQueue: IQueue;
  /** The one function that belongs to no realm. */
  readonly listConnections: IFunction;
  readonly notify: ITopic | undefined;
}

/** A dashboard of all realms: the state of each alarm, and each metric with one line per realm. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { realmAlarms, failureQueue, listConnections, notify } = props;
    const undelivered = new TokenAlarm(this, {
      kind: "undelivered",
      subject: "ticks",
      meaning: "Scheduled runs failed or could not be delivered, and are in the dead-letter queue.",
      metric: failureQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
      }),
      greaterThan: 0,
      ...(notify && { notify }),
    });
    const statusAlarms = functionAlarms([listConnections]).map(
      (alarm) =>
        new TokenAlarm(this, { ...alarm, subject: "list-connections", ...(notify && { notify }) }),
    );
    const alarms = [...realmAlarms, undelivered, ...statusAlarms].map(({ ownArn }, at) =>
      Alarm.fromAlarmArn(this, `Alarm${at}`, ownArn),
    );
    new Dashboard(this, "Dashboard", {
      dashboardName: props.dashboardName,
      defaultInterval: Duration.hours(3),
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms, width: 24, height: 6 })],
        [graph("Vends", "Sum"), graph("Issues", "Sum"), graph("IssueFailures", "Sum")],
        [
          graph("RemainingLifeMs", "Minimum", "shortest remaining lifetime when vended, ms"),
          graph("LeaseWaitMs", "p99", "wait for another caller's renewal, p99, ms"),
          graph("RenewalFailures", "Sum"),
        ],
        [
          graph("CredentialsRejected", "Sum"),
          graph("Contested", "Sum"),
          graph("LateIssues", "Sum"),
        ],
        [
          graph("KeyEndsInDays", "Minimum", "days until a key expires"),
          graph("ConsentEndsInDays", "Minimum", "days until a consent ends"),
        ],
        [
          graph("KeyRejections", "Sum", "callers that reported a key which is still the secret's"),
          graph("DamagedRecords", "Sum", "records with impossible attributes"),
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
