import { Duration } from "aws-cdk-lib";
import type { ConnectionEvents } from "./connection-events.ts";
import { functionAlarms } from "./function-alarms.ts";
import type { AlarmDefinition } from "./token-alarm.ts";

const period = Duration.minutes(5);

/** Alarms on the way of events to their bus. */
export function eventAlarms({
  publisher,
  lostQueue,
}: Pick<ConnectionEvents, "publisher" | "lostQueue">): AlarmDefinition[] {
  return [
    ...functionAlarms([publisher]),
    {
      kind: "delayed",
      meaning:
        "What has happened to a consent or key has not been published for a quarter of an hour.",
      metric: publisher.metric("IteratorAge", { statistic: "Maximum", period }),
      greaterThan: Duration.minutes(15).toMilliseconds(),
    },
    {
      kind: "lost",
      meaning: "Events could not be published for a day, and are lost.",
      metric: lostQueue.metricApproximateNumberOfMessagesVisible({ period }),
      greaterThan: 0,
    },
  ];
}
