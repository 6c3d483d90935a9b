import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import type { AwsTarget } from "./aws-target.ts";
import { clientConfig } from "./aws-target.ts";
import { cliFailure, failureOfAwsError } from "./failure.ts";

export interface LoggedLine {
  /** The log event's, unique in its group. */
  readonly id: string;
  readonly at: Date;
  readonly message: string;
}

/** CloudWatch Logs shows some lines this much later than others that were written after them. */
export const shownWithinMs = 60_000;

/** CloudWatch Logs, in the account and Region that the environment names. */
export interface LogReader {
  /**
   * The events that match the filter pattern, in order of time. Throws a `CommandFailure`: `no-logs` if there is no such
   * group, `logs-not-allowed` if it may not be read.
   */
  read(group: string, filterPattern: string, from: Date, to: Date): AsyncGenerator<LoggedLine>;
  close(): void;
}

export function openLogReader(aws: AwsTarget = {}): LogReader {
  // An account may send five of these requests a second; the SDK waits when it is throttled.
  const client = new CloudWatchLogsClient({
    ...clientConfig(aws, "logs"),
    ...{ maxAttempts: 8, retryMode: "adaptive" },
  });
  return {
    async *read(logGroupName, filterPattern, from, to) {
      const interval = { startTime: Number(from), endTime: Number(to) };
      const input = { logGroupName, filterPattern, ...interval };
      try {
        // A page without events may be followed by one with some.
        for await (const { events = [] } of paginateFilterLogEvents({ client }, input)) {
          for (const { eventId = "", timestamp = 0, message = "" } of events)
            yield { id: eventId, at: new Date(timestamp), message };
        }
      } catch (error) {
        throw failureOfLogs(error, logGroupName);
      }
    },
    close: () => client.destroy(),
  };
}

function failureOfLogs(error: unknown, group: string): Error {
  const { name = "", message = "" } = Object(error);
  const failure = failureOfAwsError(error);
  const { code, detail } = failure.problem;
  if (name === "ResourceNotFoundException")
    return cliFailure("no-logs", "There is no such log group", `${group}: ${message}`);
  if (code === "not-allowed")
    return cliFailure("logs-not-allowed", "AWS denied reading the log", `${group}: ${detail}`);
  if (code === "not-reached")
    return cliFailure("not-reached", "CloudWatch Logs could not be reached", detail);
  return failure;
}
