import type { FilterLogEventsCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  InvalidParameterException,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test } from "vitest";
import { startCloudWatchLogs } from "../../../../local/aws/logs/cloudwatch-logs.ts";
import { createIdentities } from "../../../../local/identities.ts";

const group = "/aws/lambda/one";

/** The service with one group, at a time that tests move. */
async function someLogs(guard?: Parameters<typeof startCloudWatchLogs>[0]) {
  const time = { now: 1_000_000 };
  const logs = await startCloudWatchLogs({ visibleAfterMs: 500, now: () => time.now, ...guard });
  onTestFinished(logs.stop);
  logs.createGroup(group);
  const client = new CloudWatchLogsClient({
    endpoint: logs.url,
    region: "ap-southeast-2",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  const filter = (input: FilterLogEventsCommandInput = {}) =>
    client.send(new FilterLogEventsCommand({ logGroupName: group, ...input }));
  const messages = async (input: FilterLogEventsCommandInput = {}) =>
    (await filter(input)).events?.map(({ message }) => message);
  return { logs, client, filter, messages, time };
}

test("an event is read with its time and its stream, some time after it was written", async () => {
  const { logs, filter, messages, time } = await someLogs();
  logs.put(group, "local/1", "hello");
  time.now += 499;
  expect(await messages()).toEqual([]);
  time.now += 1;
  expect((await filter()).events).toEqual([
    {
      eventId: expect.stringMatching(/^\d{56}$/),
      logStreamName: "local/1",
      message: "hello",
      timestamp: 1_000_000,
      ingestionTime: 1_000_000,
    },
  ]);
});

test("events are chosen by time and by pattern", async () => {
  const { logs, messages, time } = await someLogs();
  for (const version of [1, 2, 3]) {
    logs.put(group, "local/1", `{"version":${version}}`);
    time.now += 1000;
  }
  expect(await messages({ startTime: 1_001_000 })).toEqual(['{"version":2}', '{"version":3}']);
  expect(await messages({ endTime: 1_001_000 })).toEqual(['{"version":1}']);
  expect(await messages({ filterPattern: "{ $.version = 3 }" })).toEqual(['{"version":3}']);
});

test("a page may be empty and be followed by others; a reader that follows the token misses nothing", async () => {
  const { logs, client, filter, time } = await someLogs();
  for (let at = 0; at < 1200; at += 1) {
    logs.put(group, `local/${at % 3}`, JSON.stringify({ at, odd: at < 700 ? "no" : "yes" }));
    if (at % 4 === 0) time.now += 1;
  }
  time.now += 500;
  const filterPattern = '{ $.odd = "yes" }';
  const first = await filter({ filterPattern });
  expect(first.events).toEqual([]);
  expect(first.nextToken).toEqual(expect.any(String));
  const seen: number[] = [];
  const input = { logGroupName: group, filterPattern, limit: 100 };
  for await (const { events = [] } of paginateFilterLogEvents({ client }, input)) {
    expect(events.length).toBeLessThanOrEqual(100);
    seen.push(...events.map(({ message = "" }) => JSON.parse(message).at));
  }
  expect(seen).toEqual(Array.from({ length: 500 }, (_, at) => at + 700));
});

test("a group that does not exist, a wrong token and a wrong pattern are refused as AWS refuses them", async () => {
  const { logs, filter } = await someLogs();
  logs.put("/aws/lambda/other", "local/1", "written to nothing");
  const missing = filter({ logGroupName: "/aws/lambda/other" });
  await expect(missing).rejects.toBeInstanceOf(ResourceNotFoundException);
  for (const input of [{ nextToken: "no" }, { filterPattern: "{ $" }, { limit: 10_001 }]) {
    await expect(filter(input)).rejects.toBeInstanceOf(InvalidParameterException);
  }
});

test("the oldest events of a group are dropped above a hundred thousand", async () => {
  const { logs, messages, time } = await someLogs();
  for (let at = 0; at <= 100_000; at += 1) logs.put(group, "local/1", String(at));
  time.now += 500;
  expect((await messages({ limit: 1 }))?.[0]).toBe("1");
});

test("a request without a valid signature is refused", async () => {
  const { guard } = createIdentities();
  const { filter } = await someLogs({ guard });
  await expect(filter()).rejects.toThrow(/security token|signature|access key/i);
});

test("it can be throttled", async () => {
  const { logs, filter } = await someLogs();
  logs.injectFault({ operation: "FilterLogEvents", fault: "throttle" });
  await expect(filter()).rejects.toMatchObject({ name: "ThrottlingException" });
});
