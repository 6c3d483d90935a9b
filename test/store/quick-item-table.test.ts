import { createServer } from "node:http";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { connectToAws } from "../../functions/platform/aws-connection.ts";
import { correctedClock } from "../../functions/platform/corrected-clock.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { quickItemTable } from "../../functions/store/quick-item-table.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { listen } from "../../local/aws/listen.ts";
import { TABLE, tokenTable } from "../support/token-table.ts";

const signal = new AbortController().signal;
const item = {
  pk: { S: "conferma/test/default" },
  fence: { N: "13" },
  sealed: { B: new Uint8Array([0, 1, 254, 255]) },
  suspect: { BOOL: true },
  failure: { M: { code: { S: "contested" }, detail: { NULL: true } } },
  ledger: { L: [{ M: { at: { N: "1" } } }] },
  names: { SS: ["a", "ä"] },
  counts: { NS: ["1", "2.5"] },
  keys: { BS: [new Uint8Array([7])] },
};
let database: LocalDynamoDb;

beforeAll(async () => {
  database = await startDynamoDb();
  await createTables(database.url, [tokenTable]);
  const { client } = await tableAt(database.url).opened();
  await client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
});

afterAll(() => database.stop());

beforeEach(() => {
  database.clearFaults();
  database.requests.reset();
});

/** The table as a process reaches it, and whether that has loaded the SDK. */
function tableAt(url: string, tableName = TABLE) {
  const clock = correctedClock(systemClock, () => {});
  const keys = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "canary-key" };
  const variables = { ...keys, AWS_REGION: LOCAL_LOCATION.region, AWS_ENDPOINT_URL: url };
  const aws = connectToAws(variables, clock);
  const clients: DynamoDBClient[] = [];
  const open = async () => {
    const { region } = LOCAL_LOCATION;
    const client = new DynamoDBClient({ ...(await aws.sdkOptions()), endpoint: url, region });
    clients.push(client);
    return client;
  };
  return {
    clients,
    table: quickItemTable(aws, open, tableName),
    opened: async () => {
      const client = await open();
      return { client, table: sdkItemTable(client, tableName) };
    },
  };
}

/** A table that gives each request its answer in turn, and the last one again and again. Null: it never answers. */
async function answering(...bodies: readonly (string | null)[]) {
  const server = await listen(
    createServer((request, response) => {
      request.resume();
      const body = bodies[Math.min(requests.length, bodies.length - 1)] ?? null;
      requests.push(String(request.headers["user-agent"]));
      types.push(String(request.headers["content-type"]));
      if (body === null) return;
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(body);
    }),
  );
  onTestFinished(() => server.stop());
  const requests: string[] = [];
  const types: string[] = [];
  return { ...tableAt(server.url), requests, types };
}

describe("an item", () => {
  test("is read without the SDK, as the SDK reads it, by one request", async () => {
    const { table, clients, opened } = tableAt(database.url);
    const read = await table.read(item.pk.S, signal);
    expect(clients).toEqual([]);
    expect(database.requests.total()).toBe(1);
    expect(read).toEqual(item);
    expect(read).toEqual(await (await opened()).table.read(item.pk.S, signal));
  });

  test("that does not exist is null, without the SDK", async () => {
    const { table, clients } = tableAt(database.url);
    expect(await table.read("conferma/test/nobody", signal)).toBeNull();
    expect(clients).toEqual([]);
  });

  test("and another are read by one request, without the SDK; what does not exist is null", async () => {
    const { table, clients } = tableAt(database.url);
    const [known, nobody] = [item.pk.S, "conferma/test/nobody"];
    expect(await table.readBoth(known, nobody, signal)).toEqual([item, null]);
    expect(await table.readBoth(nobody, known, signal)).toEqual([null, item]);
    expect(database.requests.total()).toBe(2);
    expect(clients).toEqual([]);
  });

  test("is written by the SDK, which is loaded once", async () => {
    const { table, clients } = tableAt(database.url);
    const written = (fence: string) =>
      table.write(
        "conferma/test/other",
        { set: { fence: { N: fence } }, onlyIf: "attribute_not_exists(#fence)", given: {} },
        signal,
      );
    expect(await written("1")).toMatchObject({ done: true, item: { fence: { N: "1" } } });
    expect(await written("2")).toMatchObject({ done: false, item: { fence: { N: "1" } } });
    expect(clients).toHaveLength(1);
  });
});

describe("the SDK is asked, which tries again and names the error", () => {
  test("when the table throttles or fails for a moment", async () => {
    for (const fault of ["throttle", "fail"] as const) {
      const { table, clients } = tableAt(database.url);
      database.injectFault({ fault }, 2);
      expect(await table.read(item.pk.S, signal)).toEqual(item);
      expect(clients).toHaveLength(1);
    }
  });

  test("when of two items DynamoDB has left one for another request", async () => {
    const [a, b] = [{ pk: { S: "a" } }, { pk: { S: "b" } }];
    const left = { [TABLE]: { Keys: [b] } };
    const { table, clients } = await answering(
      JSON.stringify({ Responses: { [TABLE]: [a] }, UnprocessedKeys: left }),
      JSON.stringify({ Responses: { [TABLE]: [a, b] } }),
    );
    expect(await table.readBoth("a", "b", signal)).toEqual([a, b]);
    expect(clients).toHaveLength(1);
  });

  test("and answers for a table that does not exist", async () => {
    const { table } = tableAt(database.url, "AnotherTable");
    const failure = await table.read(item.pk.S, signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "store-unavailable",
      message: "DynamoDB refused (ResourceNotFoundException).",
      retryAfterSeconds: 1,
    });
  });

  test.each([
    ["that is no JSON", "<html>canary</html>"],
    ["with an attribute of an unknown type", '{"Item":{"pk":{"canary":"a"}}}'],
  ])("after an answer %s, and its failure quotes nothing", async (_, body) => {
    const { table, requests, types } = await answering(body);
    const outcome = await table.read(item.pk.S, signal).catch((error: unknown) => error);
    expect(requests.length).toBeGreaterThan(1);
    expect(requests[0]).toBe("token-vending");
    expect(requests[1]).toContain("aws-sdk-js");
    expect(new Set(types)).toEqual(new Set(["application/x-amz-json-1.0"]));
    expect(String(outcome)).not.toContain("canary");
  });

  test("when the table does not answer once", async () => {
    const { table, clients } = await answering(null, '{"Item":{"pk":{"S":"a"}}}');
    expect(await table.read("a", signal)).toEqual({ pk: { S: "a" } });
    expect(clients).toHaveLength(1);
  });
});

test("a caller that has gone costs no second request, and does not load the SDK", async () => {
  const { table, clients, requests } = await answering(null);
  const failure = table.read("a", AbortSignal.timeout(50)).catch((error: unknown) => error);
  expect(await failure).toMatchObject({
    code: "store-unavailable",
    message: "DynamoDB did not answer (AbortError).",
  });
  expect(clients).toEqual([]);
  expect(requests).toHaveLength(1);
});
