import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import type { Clock } from "../model/clock.ts";
import type { Deadline } from "../model/time-limits.ts";

/** Reserved for writing the answer. */
const answerReserveMs = 1000;

type StreamRecords = DynamoDBStreamEvent["Records"];

interface PublishEndpoint<Summary> {
  readonly clock: Clock;
  /** The sequence number from which on the records are to be delivered again; null: none. */
  publish(records: StreamRecords, signal: AbortSignal): Promise<string | null>;
  giveNotices(deadline: Deadline): Promise<Summary>;
}

/**
 * A handler for batches of the table's stream, which answers from where on Lambda is to deliver them again, and for the
 * schedule. A failure fails the invocation: Lambda repeats the batch, and counts the error.
 */
export function publishEndpoint<Summary>({
  clock,
  publish,
  giveNotices,
}: PublishEndpoint<Summary>) {
  return middy({ timeoutEarlyInMillis: answerReserveMs }).handler(
    async (event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const records = recordsIn(event);
      if (records) return failuresFrom(await publish(records, signal));
      const msLeft = clock.countdown(context.getRemainingTimeInMillis() - answerReserveMs);
      return giveNotices({ msLeft, signal, onBehalfOf: "schedule" });
    },
  );
}

/** Null for what is no batch of a stream. */
function recordsIn(event: unknown): StreamRecords | null {
  const { Records } = Object(event) as Partial<DynamoDBStreamEvent>;
  return Array.isArray(Records) ? Records : null;
}

function failuresFrom(sequence: string | null): DynamoDBBatchResponse {
  return { batchItemFailures: sequence === null ? [] : [{ itemIdentifier: sequence }] };
}
