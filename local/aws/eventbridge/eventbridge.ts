import { randomUUID } from "node:crypto";
import type * as Api from "@aws-sdk/client-eventbridge";
import * as sdkClient from "@aws-sdk/client-eventbridge";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { LocalAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import { startAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import type { Guard } from "../sigv4/guard.ts";

/** An event as a rule's target would get it. */
export interface BusEvent {
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly time: Date | undefined;
  readonly detail: unknown;
}

export interface LocalEventBridge extends LocalAwsJsonServer {
  /** What has been put, in order. */
  readonly events: readonly BusEvent[];
  /** Refuses the next entry at this place of a request, and takes the others, as EventBridge may. */
  refuseNext(place: number): void;
}

interface EventBridgeOptions {
  readonly port?: number;
  readonly guard?: Guard;
  onEvent?(event: BusEvent): void;
}

const maxEntries = 10;

/** EventBridge's API, as far as events are put on a bus. They are kept in memory, and no rule is evaluated. */
export async function startEventBridge(
  options: EventBridgeOptions = {},
): Promise<LocalEventBridge> {
  const events: BusEvent[] = [];
  let refused: number | null = null;

  function take(entry: Api.PutEventsRequestEntry, place: number): Api.PutEventsResultEntry {
    const event = readEntry(entry);
    if (!event || place === refused) {
      refused = null;
      const ErrorCode = event ? "InternalFailure" : "MalformedDetail";
      return { ErrorCode, ErrorMessage: "The entry was not taken." };
    }
    events.push(event);
    options.onEvent?.(event);
    return { EventId: randomUUID() };
  }

  const server = await startAwsJsonServer(
    {
      sdkClient,
      targetPrefix: "AWSEvents",
      signingName: "events",
      operations: {
        PutEvents({ Entries = [] }: Api.PutEventsRequest): Api.PutEventsResponse {
          if (Entries.length === 0 || Entries.length > maxEntries) throw tooMany;
          const results = Entries.map(take);
          const FailedEntryCount = results.filter(({ ErrorCode }) => ErrorCode).length;
          return { Entries: results, FailedEntryCount };
        },
      },
      errors: {
        throttle: new AwsError("ThrottlingException", "Rate exceeded"),
        fail: new AwsError("InternalException", "An internal error occurred.", { status: 500 }),
      },
    },
    options,
  );
  return {
    ...{ ...server, events },
    refuseNext(place) {
      refused = place;
    },
  };
}

const tooMany = new AwsError(
  "ValidationException",
  `Entries must have 1 to ${maxEntries} members.`,
);

/** Null where EventBridge would refuse the entry: without a source or type, or with a detail that is no JSON object. */
function readEntry(entry: Api.PutEventsRequestEntry): BusEvent | null {
  const { EventBusName: bus = "default", Source, DetailType, Detail = "", Time: time } = entry;
  if (!Source || !DetailType) return null;
  try {
    const detail: unknown = JSON.parse(Detail);
    if (typeof detail !== "object" || detail === null) return null;
    return { bus, source: Source, detailType: DetailType, time, detail };
  } catch {
    return null;
  }
}
