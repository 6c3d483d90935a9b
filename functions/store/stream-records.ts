import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { StreamRecord } from "aws-lambda";
import type { Connection } from "../model/connection.ts";
import { describeError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { ObservedRecord, RecordChange } from "../model/told.ts";
import type { Item } from "./attributes.ts";
import { readRecord } from "./read-record.ts";
import { readTold } from "./told-attribute.ts";

/** An item as Lambda passes it on: in DynamoDB's wire format, where binary values are Base64. */
type StreamItem = NonNullable<StreamRecord["NewImage"]>;

/** Rows that are not records of connections have a key such as `<realm>/~scope/…`; so has the position of a walk. */
const otherRow = /(^|\/)~/;

/**
 * The change of a connection's record, from the table's stream; null for another row, and for a record that a newer release
 * has written, which is logged. Never fails.
 */
export function readStreamRecord(streamed: StreamRecord, log: Log): RecordChange | null {
  const { Keys, NewImage, OldImage, SequenceNumber = "" } = streamed;
  const pk = Keys?.["pk"]?.S;
  if (pk === undefined || otherRow.test(pk)) return null;
  const connection = pk as Connection;
  const at = new Date((streamed.ApproximateCreationDateTime ?? 0) * 1000);
  try {
    const [before, after] = [OldImage, NewImage].map((image) => image && observed(image));
    return {
      ...{ connection, at, sequence: SequenceNumber },
      before: before ?? null,
      after: after ?? null,
    };
  } catch (error) {
    log.error("record-unreadable", { connection, ...describeError(error) });
    return null;
  }
}

function observed(image: StreamItem): ObservedRecord {
  const item = itemOf(image);
  return { record: readRecord(item), told: readTold(item) };
}

function itemOf(image: StreamItem): Item {
  const decoded = Object.entries(image).map(([name, value]) => [name, decodedValue(value)]);
  return Object.fromEntries(decoded);
}

/** A record's binary values are not nested. */
function decodedValue(value: StreamItem[string]): AttributeValue {
  const { B: base64 } = value;
  return base64 === undefined ? (value as AttributeValue) : { B: Buffer.from(base64, "base64") };
}
