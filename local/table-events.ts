import type { StreamRecord } from "aws-lambda";
import type { WatchedRealm } from "../functions/events/changes.ts";
import { eventsOf } from "../functions/events/changes.ts";
import { realmOf } from "../functions/model/connection.ts";
import type { ConnectionEvent } from "../functions/model/connection-events.ts";
import type { Log } from "../functions/model/log.ts";
import { readStreamRecord } from "../functions/store/stream-records.ts";
import type { DynamoDbAnswer } from "./aws/dynamodb/dynamodb.ts";

/** A whole item in DynamoDB's wire format, as a stream has it. */
type Image = NonNullable<StreamRecord["NewImage"]>;

interface TableEventsOptions {
  /** By name. */
  readonly realms: ReadonlyMap<string, WatchedRealm>;
  readonly log: Log;
  onEvent(event: ConnectionEvent): void;
}

/**
 * Tells of the events of what the table answers. dynalite has no stream, but a write's answer has the record after it, and
 * the answer before that, to a read or a write, the record before. A mark of `told` comes with the next write.
 */
export function tableEvents({ realms, log, onEvent }: TableEventsOptions) {
  const images = new Map<string, Image>();
  let writes = 0;

  function written(image: Image, at: number): void {
    const [pk, before] = [keyOf(image), images.get(keyOf(image))];
    images.set(pk, image);
    writes += 1;
    const record: StreamRecord = {
      Keys: { pk: { S: pk } },
      NewImage: image,
      ...(before ? { OldImage: before } : {}),
      SequenceNumber: String(writes),
      ApproximateCreationDateTime: at / 1000,
    };
    const change = readStreamRecord(record, log);
    const realm = change && realms.get(realmOf(change.connection));
    if (change && realm) for (const event of eventsOf(change, realm)) onEvent(event);
  }

  function read(image: Image): void {
    if (!images.has(keyOf(image))) images.set(keyOf(image), image);
  }

  return ({ body, answer: { status, content, at } }: DynamoDbAnswer): void => {
    if (status !== 200) return;
    const asked = JSON.parse(body) as Asked;
    const answer = JSON.parse(content.toString()) as Answer;
    if (asked.ReturnValues === "ALL_NEW" && answer.Attributes) written(answer.Attributes, at);
    for (const image of wholeItemsIn(asked, answer)) read(image);
  };
}

/** What is used of requests, and of the answers of UpdateItem, GetItem and BatchGetItem. */
interface Asked {
  readonly ReturnValues?: string;
  readonly ProjectionExpression?: string;
  readonly RequestItems?: Readonly<Record<string, { readonly ProjectionExpression?: string }>>;
}

interface Answer {
  readonly Attributes?: Image;
  readonly Item?: Image;
  readonly Responses?: Readonly<Record<string, readonly Image[]>>;
}

/** None of a read that names attributes: it does not have the others. */
function wholeItemsIn(asked: Asked, { Item, Responses = {} }: Answer): readonly Image[] {
  const requests = [asked, ...Object.values(asked.RequestItems ?? {})];
  if (requests.some((request) => request.ProjectionExpression !== undefined)) return [];
  return [...(Item ? [Item] : []), ...Object.values(Responses).flat()];
}

function keyOf({ pk }: Image): string {
  return pk?.S ?? "";
}
