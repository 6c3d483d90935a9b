import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { realmName } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { freezeKey } from "../../functions/store/conditional-write.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { readFreeze } from "../../functions/store/read-record.ts";
import { layout } from "../../functions/store/record-attributes.ts";
import { recordReader } from "../../functions/store/record-reader.ts";
import { connectionState } from "../../functions/vending/decision/connection-state.ts";
import type { StatusPage } from "../../functions/vending/list-connections.ts";
import { listConnections } from "../../functions/vending/list-connections.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import { MemoryTable } from "../support/memory-table.ts";
import type { SimulatedStage } from "./simulated-stage.ts";
import { realmIds } from "./simulated-stage.ts";

const never = new AbortController().signal;
const silent = () => {};
const log = { info: silent, warn: silent, error: silent };

/**
 * What is wrong with the page that an operator would see now: it has every connection as it is, whatever is damaged, and
 * beside a record that a newer release has written.
 */
export async function statusPageFaults(world: SimulatedStage): Promise<string[]> {
  const now = new Date(Math.ceil(world.time.now));
  const clock = {
    now: () => now,
    countdown: (ms: number) => () => ms,
    sleep: async () => {},
    timeout: () => never,
  };
  const table = new MemoryTable([...world.table.items, [newer.pk.S, newer]]);
  const client = { send: async (command: object) => table.perform(command).answer };
  const readRecord = recordReader({ clock, log, metrics: null, process: "operator" });
  const reader = dynamoDbStatusReader(
    client as unknown as DynamoDBClient,
    "t",
    clock,
    readRecord,
    readFreeze,
  );
  const realms = world.scenario.realms.map(({ policy }, at) => ({
    ...(realmIds[at] ?? realmIds[0]),
    policy,
  }));
  const request = { realm: null, after: null };
  const page = await listConnections({ realms, reader, clock }, request, never).catch(
    (error: unknown) => String(error),
  );
  if (typeof page === "string") return [`P14: the status page fails: ${page}`];
  const rows = [...table.items.values()].filter(isListed);
  const wrong = rows.filter((row) => {
    const realm = realms.find(({ provider }) => row["pk"]?.S?.startsWith(`${provider}/`));
    const told = expected(row, (item) => {
      const record = readRecord(item);
      const isStored = record.token !== null;
      const { version } = record;
      if (!realm) return null;
      const freezeRow = table.items.get(freezeKey(realmName(realm)));
      const freeze = freezeRow ? readFreeze({ ...freezeRow }, "realm") : null;
      return { state: connectionState(record, realm.policy, now, freeze), version, isStored };
    });
    return JSON.stringify(told) !== JSON.stringify(shown(page, row));
  });
  const others = page.connections.length - rows.length;
  const names = wrong.map(({ pk }) => pk?.S);
  const faults = names.map((name) => `5.4: the status page does not show ${name} as it is`);
  return others === 0 ? faults : [...faults, `5.4: the status page has ${others} rows too many`];
}

const newer = {
  pk: { S: `${realmIds[0].provider}/${realmIds[0].environment}/~newer` },
  realm: { S: `${realmIds[0].provider}/${realmIds[0].environment}` },
  layout: { N: String(layout + 1) },
};

/** A row of which a lease was ever taken, by a release that tells the index so. */
function isListed({ pk, realm }: TableItem): boolean {
  return realm !== undefined && pk?.S?.startsWith(realm.S ?? "") === true;
}

interface Shown {
  readonly state: string;
  readonly version: number;
  readonly isStored: boolean;
}

function expected(row: TableItem, read: (item: Item) => Shown | null): Shown | null {
  try {
    return read({ ...row });
  } catch (error) {
    if (error instanceof VendingError) return { state: "damaged", version: 0, isStored: false };
    throw error;
  }
}

function shown({ connections }: StatusPage, { pk }: TableItem): Shown | null {
  const status = connections.find(({ connection }) => connection === pk?.S);
  if (!status) return null;
  const { state, version, token } = status;
  return { state, version, isStored: token !== null };
}
