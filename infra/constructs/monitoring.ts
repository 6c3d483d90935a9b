import { Duration } from "aws-cdk-lib";
import type { IWidget } from "aws-cdk-lib/aws-cloudwatch";
import { Dashboard } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { chosenRealmRows, realmChoice } from "./chosen-realm.ts";
import type { ConnectionEvents } from "./connection-events.ts";
import { graph, searched } from "./dashboard-graphs.ts";
import { eventAlarms } from "./event-alarms.ts";
import { functionAlarms } from "./function-alarms.ts";
import type { WatchedResources } from "./resource-rows.ts";
import { resourceRows } from "./resource-rows.ts";
import { servingRow } from "./serving-row.ts";
import type { AlarmDefinition, AlarmSettings } from "./token-alarm.ts";
import { TokenAlarm } from "./token-alarm.ts";

interface MonitoringProps extends WatchedResources, AlarmSettings {
  readonly dashboardName: string;
  /** The names of the realms' composite alarms: nothing here refers to a resource of a realm. */
  readonly realmAlarms: readonly string[];
  /** The one function that belongs to no realm. */
  readonly listConnections: IFunction;
  readonly events: Pick<ConnectionEvents, "publisher" | "lostQueue">;
  /** The beginning of the names of the alarms that belong to no realm. */
  readonly prefix: string;
}

/** A dashboard of all realms, and the alarms that belong to none. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { failureQueue, listConnections, events, runbookUrl } = props;
    const of = (subject: string) => ({ ...props, subject, prefix: `${props.prefix}-${subject}` });
    new TokenAlarm(this, of("ticks"), {
      kind: "undelivered",
      meaning: "Scheduled runs failed or could not be delivered, and are in the dead-letter queue.",
      metric: failureQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
      }),
      greaterThan: 0,
    });
    const ownAlarms = [`${props.prefix}-ticks-undelivered`];
    const addAll = (parent: Construct, subject: string, alarms: readonly AlarmDefinition[]) => {
      for (const alarm of alarms) {
        new TokenAlarm(parent, of(subject), alarm);
        ownAlarms.push(`${props.prefix}-${subject}-${alarm.kind}`);
      }
    };
    addAll(this, "list-connections", functionAlarms([listConnections]));
    addAll(new Construct(this, "Events"), "publish-events", eventAlarms(events));
    new Dashboard(this, "Dashboard", {
      dashboardName: props.dashboardName,
      defaultInterval: Duration.hours(3),
      widgets: [
        servingRow(this, { runbookUrl, alarmNames: [...props.realmAlarms, ...ownAlarms] }),
        realmRow(),
        ...resourceRows(props),
        ...chosenRealmRows(),
      ],
      variables: [realmChoice()],
    });
  }
}

/** What tells realms apart that are served. */
function realmRow(): IWidget[] {
  return [
    graph("Vends, by realm", [searched("Vends", "Sum")]),
    graph("Vend not from memory, by realm, p99, ms", [searched("VendMs", "p99")]),
    graph("Oldest overdue renewal, by realm, ms", [searched("OverdueMs", "Maximum")]),
  ];
}
