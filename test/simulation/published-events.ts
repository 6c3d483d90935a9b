import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { StreamRecord } from "aws-lambda";
import type { WatchedRealm } from "../../functions/events/changes.ts";
import type { PublishDependencies } from "../../functions/events/publish-changes.ts";
import { publishChanges } from "../../functions/events/publish-changes.ts";
import { realmName } from "../../functions/model/connection.ts";
import type { ConnectionEvent, EventBus } from "../../functions/model/connection-events.ts";
import type { RecordChange } from "../../functions/model/told.ts";
import { readStreamRecord } from "../../functions/store/stream-records.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import type { Scenario } from "./scenario.ts";
import type { TableWrite } from "./simulated-stage.ts";
import { realmIds } from "./simulated-stage.ts";
import type { draws } from "./trouble.ts";

const silent = () => {};
const silentLog = { info: silent, warn: silent, error: silent };
const never = new AbortController().signal;

/** What a function crashes with when its events are out, before it can say so. */
const crash = new Error("crashed");

/** The table's stream, as Lambda delivers it. */
export function streamOf(writes: readonly TableWrite[]): RecordChange[] {
  return writes.flatMap(({ pk, atMs, before, after }, at) => {
    const streamed: StreamRecord = {
      Keys: { pk: { S: pk } },
      SequenceNumber: String(at),
      ApproximateCreationDateTime: Math.floor(atMs / 1000),
      ...(before ? { OldImage: wireOf(before) } : {}),
      ...(after ? { NewImage: wireOf(after) } : {}),
    };
    return readStreamRecord(streamed, silentLog) ?? [];
  });
}

function wireOf(item: TableItem): NonNullable<StreamRecord["NewImage"]> {
  const encoded = Object.entries(item).map(([name, value]) => [name, encodedValue(value)]);
  return Object.fromEntries(encoded);
}

function encodedValue(value: AttributeValue): object {
  return value.B ? { B: Buffer.from(value.B).toString("base64") } : value;
}

export function watchedRealms({ realms }: Scenario): Map<string, WatchedRealm> {
  return new Map(
    realms.map(({ policy }, at) => [realmName(realmIds[at] ?? realmIds[0]), { policy }]),
  );
}

/** A bus that refuses, loses answers and repeats; and the function that publishes, which crashes. */
export async function deliver(
  stream: readonly RecordChange[],
  realms: ReadonlyMap<string, WatchedRealm>,
  { chance, times }: ReturnType<typeof draws>,
): Promise<ConnectionEvent[]> {
  const heard: ConnectionEvent[] = [];
  const bus: EventBus = {
    async publish(events) {
      if (chance(0.15)) throw new Error("unavailable");
      const taken = events.filter(() => chance(0.9));
      heard.push(...taken, ...taken.filter(() => chance(0.1)));
      if (chance(0.1)) throw crash;
      return new Set(events.filter((event) => !taken.includes(event)).map(({ key }) => key));
    },
  };
  const metricsOf = () => ({ record: silent });
  const deps: PublishDependencies = { realms, bus, log: silentLog, metricsOf };
  let next = 0;
  while (next < stream.length) {
    const batch = stream.slice(next, next + 1 + times(20));
    const failedFrom = await publishChanges(deps, batch, never);
    const failedAt = batch.findIndex(({ sequence }) => sequence === failedFrom);
    // A function that crashes has the whole batch again; so has a mapping that forgets how far it was.
    if (chance(0.1)) next = Math.max(0, next - times(10));
    else next += failedAt < 0 ? batch.length : failedAt;
  }
  return heard;
}
