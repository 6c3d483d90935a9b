import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { ConnectionEvent, EventBus } from "../model/connection-events.ts";
import type { Metrics } from "../model/metrics.ts";
import type { SdkOptions } from "../platform/aws-connection.ts";
import { failureCounter, reportFailures } from "../platform/aws-connection.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10;

/** Its name in metrics. */
const dependency = "eventbridge";

/** The `source` of every event; deployments differ by their buses. */
const eventSource = "token-vending";

/** Publishes events in the order given, ten in a request. Requests that fail, also in part, are counted. */
export function openEventBus(options: SdkOptions, busName: string, metrics: Metrics): EventBus {
  const client = new EventBridgeClient(options);
  reportFailures(client, failureCounter(metrics, dependency));

  /** The keys of those that EventBridge did not take. */
  async function put(events: readonly ConnectionEvent[], signal: AbortSignal): Promise<string[]> {
    const command = new PutEventsCommand({
      Entries: events.map((event) => entryOf(event, busName)),
    });
    const { Entries = [] } = await client.send(command, { abortSignal: signal });
    const refused = events.filter((_, at) => Entries[at]?.EventId === undefined);
    if (refused.length > 0) metrics.record("DependencyFailures", 1, dependency);
    return refused.map(({ key }) => key);
  }

  return {
    async publish(events, signal) {
      for (let begin = 0; begin < events.length; begin += maxEntries) {
        const refused = await put(events.slice(begin, begin + maxEntries), signal).catch(
          (error: unknown) => {
            // What the earlier requests have published is out.
            if (begin === 0) throw error;
            return events.slice(begin).map(({ key }) => key);
          },
        );
        if (refused.length === 0) continue;
        // Later ones wait, so that their order stays.
        const later = events.slice(begin + maxEntries).map(({ key }) => key);
        return new Set([...refused, ...later]);
      }
      return new Set();
    },
  };
}

/** The detail is the event itself, its instants in ISO 8601. */
function entryOf(event: ConnectionEvent, busName: string): PutEventsRequestEntry {
  const { kind, at } = event;
  return {
    EventBusName: busName,
    Source: eventSource,
    DetailType: kind,
    Time: at,
    Detail: JSON.stringify(event),
  };
}
