import type * as Api from "@aws-sdk/client-cloudwatch-logs";
import * as sdkClient from "@aws-sdk/client-cloudwatch-logs";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { LocalAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import { startAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import type { Guard } from "../sigv4/guard.ts";
import { parseFilterPattern } from "./filter-pattern.ts";
import type { LogPosition, LogQuery, LogStore } from "./log-store.ts";
import { logStore } from "./log-store.ts";

const maxEventsPerPage = 10_000;
/** Events are not visible to readers at once, as at AWS, where it takes seconds. */
const defaultVisibleAfterMs = 250;

export interface LocalLogs extends LocalAwsJsonServer, Pick<LogStore, "createGroup" | "put"> {}

interface LogsOptions {
  readonly port?: number;
  readonly guard?: Guard;
  readonly visibleAfterMs?: number;
  /** Milliseconds since 1970. */
  now?(): number;
}

/** CloudWatch Logs' API, as far as it is read: FilterLogEvents. Events are kept in memory. */
export async function startCloudWatchLogs(options: LogsOptions = {}): Promise<LocalLogs> {
  const { visibleAfterMs = defaultVisibleAfterMs, now = Date.now } = options;
  const store = logStore(visibleAfterMs, now);
  const server = await startAwsJsonServer(
    {
      sdkClient,
      targetPrefix: "Logs_20140328",
      signingName: "logs",
      operations: { FilterLogEvents: filtering(store) },
      errors: {
        throttle: new AwsError("ThrottlingException", "Rate exceeded"),
        fail: new AwsError("ServiceUnavailableException", "The service cannot complete it.", {
          status: 500,
        }),
      },
    },
    options,
  );
  const { createGroup, put } = store;
  return { ...server, createGroup, put };
}

function filtering(store: LogStore) {
  return (input: Api.FilterLogEventsRequest): Api.FilterLogEventsResponse => {
    const group = groupOf(input);
    if (!store.has(group)) throw noSuchGroup();
    const { events, next } = store.read(group, queryOf(input));
    return {
      events: events.map(({ id, stream, message, timestamp, ingestedAt }) => ({
        eventId: String(id).padStart(56, "0"),
        logStreamName: stream,
        ...{ message, timestamp },
        ingestionTime: ingestedAt,
      })),
      searchedLogStreams: [],
      ...(next ? { nextToken: tokenOf(next) } : {}),
    };
  };
}

function queryOf(input: Api.FilterLogEventsRequest): LogQuery {
  const { startTime = 0, endTime = Number.MAX_SAFE_INTEGER, limit = maxEventsPerPage } = input;
  if (startTime > endTime) throw invalid("startTime must not be after endTime.");
  if (limit < 1 || limit > maxEventsPerPage) throw invalid("limit must be 1 to 10000.");
  if (input.logStreamNames || input.logStreamNamePrefix)
    throw invalid("Streams cannot be selected here.");
  return {
    ...{ from: startTime, to: endTime, limit },
    matches: parseFilterPattern(input.filterPattern ?? ""),
    after: input.nextToken === undefined ? null : positionIn(input.nextToken),
  };
}

/** By its name, or by its ARN. */
function groupOf({ logGroupName, logGroupIdentifier }: Api.FilterLogEventsRequest): string {
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw invalid("Only one of logGroupName and logGroupIdentifier may be given.");
  }
  const given = logGroupName ?? logGroupIdentifier ?? "";
  return given.split(":log-group:").at(-1) ?? "";
}

function tokenOf({ timestamp, id }: LogPosition): string {
  return Buffer.from(`${timestamp}.${id}`).toString("base64url");
}

function positionIn(token: string): LogPosition {
  const [, timestamp, id] = /^(\d+)\.(\d+)$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (id === undefined) throw invalid("The specified nextToken is invalid.");
  return { timestamp: Number(timestamp), id: Number(id) };
}

const invalid = (message: string) => new AwsError("InvalidParameterException", message);
const noSuchGroup = () =>
  new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
