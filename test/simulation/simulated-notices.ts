import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { giveNotices } from "../../functions/events/give-notices.ts";
import { realmName } from "../../functions/model/connection.ts";
import { dynamoDbNotices } from "../../functions/store/dynamodb-notices.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { readFreeze, readRecord } from "../../functions/store/read-record.ts";
import { calm } from "./simulated-people.ts";
import type { SimulatedStage } from "./simulated-stage.ts";
import { realmIds } from "./simulated-stage.ts";

const never = new AbortController().signal;

/** The schedule's walk over all connections, on its own: it draws no chance, so that seeds stay what they were. */
export async function walkForNotices(world: SimulatedStage): Promise<void> {
  const process = world.startProcess("notices", calm);
  // Nobody else lets time pass meanwhile.
  const clock = { ...process.clock, sleep: async () => {} };
  const send = async (command: object) => {
    world.table.writer = process;
    world.table.writerAheadMs = 0;
    const { answer } = world.table.perform(command);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = { send } as unknown as DynamoDBClient;
  const reader = dynamoDbStatusReader(client, "tokens", clock, readRecord, readFreeze);
  const realms = new Map(
    world.scenario.realms.map(({ policy }, at) => {
      const id = realmIds[at] ?? realmIds[0];
      return [realmName(id), { ...id, policy }] as const;
    }),
  );
  const silent = () => {};
  const log = { info: silent, warn: silent, error: silent };
  const notices = dynamoDbNotices(client, "tokens");
  const deadline = { msLeft: () => 60_000, signal: never };
  await giveNotices({ realms, reader, notices, clock, log }, deadline);
}
