import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { indexCapacity, renewalLoad, tickCapacity } from "../docs/arithmetic/renewal-load.ts";
import { renewalUnits } from "../docs/arithmetic/renewal-units.ts";
import { costPerMillion, realmMonth } from "../docs/arithmetic/vend-cost.ts";
import { TestDeployment } from "./support/dependencies.ts";
import { itemSize } from "./support/dynamodb-size.ts";
import { atExpiry } from "./support/policies.ts";
import { oneRenewed } from "./support/tick-summaries.ts";

const page = readFileSync(path.join(import.meta.dirname, "../docs/scale.md"), "utf8");
/** Layout, length and data key, as KMS encrypts one of 32 bytes. The deployment below has a local key. */
const sealedKeyBytes = 3 + 184;

/** What a tick asks of the table for one renewal of a connection that has been renewed often. */
async function unitsOfTick(tokenBytes: number) {
  const here = new TestDeployment(atExpiry);
  const token = () => String(here.asked.length).padStart(tokenBytes, "x");
  here.answer = () => here.issued(token());
  for (let time = 1; time <= 4; time += 1) {
    await here.vend();
    here.clock.advance(300_500);
  }
  const { store } = here.dependencies();
  let [read, write, indexWrites] = [0, 0, 0];
  const lease: number[] = [];
  here.table.onWrite = (pk, item, before) => {
    const isClaim = pk.includes("/~scope/");
    const bytes = Math.max(...[item, before].map((each) => (each ? itemSize(each) : 0)));
    const units = Math.ceil((bytes + (isClaim ? 0 : sealedKeyBytes)) / 1024);
    if (!isClaim) lease.push(units);
    const isMoved = item?.["dueAt"]?.N !== before?.["dueAt"]?.N;
    indexWrites += isMoved ? 2 : 0;
    write += units;
  };
  const reading: typeof store.read = async (connection, signal) => {
    read += 1;
    return store.read(connection, signal);
  };
  expect(await here.tick({ store: { ...store, read: reading } })).toEqual(oneRenewed);
  return { read, lease: lease[0], write: write + indexWrites };
}

test.each([50, 1024, 2048])(
  "docs/scale.md has the units of a renewal by the schedule, with a token of %i bytes",
  async (tokenBytes) => {
    expect(await unitsOfTick(tokenBytes)).toEqual(renewalUnits(tokenBytes, true));
    expect(renewalUnits(tokenBytes).write).toBe(renewalUnits(tokenBytes, true).write - 1);
  },
);

describe("the knee", () => {
  test("of a tick is its share of a core at 7 ms a renewal, and of an index 1,000 units at two", () => {
    expect(tickCapacity(256)).toBeCloseTo(256 / 1769 / 0.007, 6);
    expect(tickCapacity(1769)).toBeCloseTo(142.86, 2);
    expect(tickCapacity(10_240)).toBe(tickCapacity(1769));
    expect(indexCapacity).toBe(500);
  });

  test("is what the text says", () => {
    const inUse = (lifetimeSeconds: number, rate: number) =>
      rate / renewalLoad({ connections: 1, lifetimeSeconds }).renewalsPerSecond;
    expect(Math.floor(tickCapacity(256))).toBe(20);
    expect(page).toContain("keeps up with 20 renewals a second");
    expect(Math.floor(inUse(300, tickCapacity(256)) / 1000)).toBe(5);
    expect(Math.floor(inUse(3600, tickCapacity(256)) / 1000)).toBe(68);
    expect(page).toMatch(/5,000 connections in use with tokens of five\s+minutes, or 68,000/);
    const sharded = 16 * tickCapacity(1769);
    expect(Math.floor(sharded / 10) * 10).toBe(2280);
    expect(Math.floor(inUse(3600, sharded) / 1e6)).toBe(7);
    expect(page).toMatch(/2,280 renewals a second, seven million/);
  });
});

describe("a realm's load", () => {
  test("is renewed within its tokens' lives, earlier by an average lead", () => {
    const { renewalsPerSecond } = renewalLoad({ connections: 247.5, lifetimeSeconds: 300 });
    expect(renewalsPerSecond).toBeCloseTo(1, 6);
  });

  test("costs what its renewals ask for, and the waiting of its ticks", () => {
    const load = { connections: 10_000, lifetimeSeconds: 3600 };
    const { renewalsPerSecond, dollarsPerMonth, exceeded } = renewalLoad(load);
    const month = 30.4 * 86_400;
    const keyShare = (10_000 / renewalsPerSecond / 3600) * 3e-6;
    const each = 0.125e-6 + 8 * 0.625e-6 + keyShare + 5e-6 + 0.25e-6;
    const ticks = (month / 60) * (1.2e-6 + (75 - 1 / renewalsPerSecond) * 0.25 * 0.0000133334);
    expect(dollarsPerMonth).toBeCloseTo(renewalsPerSecond * month * each + ticks, 3);
    expect(exceeded).toEqual([]);
  });

  test("is more than caches hold beyond ten thousand connections", () => {
    const dollars = (connections: number) =>
      renewalLoad({ connections, lifetimeSeconds: 300 }).dollarsPerMonth / connections;
    expect(dollars(10_001)).toBeGreaterThan(1.5 * dollars(10_000));
  });

  test("exceeds the lowest limit first", () => {
    const exceeded = (connections: number) =>
      renewalLoad({ connections, lifetimeSeconds: 3600 }).exceeded;
    expect(exceeded(100_000)).toEqual(["the tick's CPU"]);
    expect(exceeded(480_000)).toEqual(["the tick's CPU", "the tick with a whole core"]);
    expect(exceeded(1_700_000)).toEqual([
      "the number of secrets",
      "the tick's CPU",
      "the tick with a whole core",
      "the index's partition",
    ]);
    expect(exceeded(20_000_000).at(-1)).toBe("the table's quota");
  });
});

describe("the cost of a million vends", () => {
  test("falls with the share that client memory serves, and with the rate", () => {
    const cost = (vendsPerSecond: number, fromClientMemory: number) =>
      costPerMillion({ vendsPerSecond, fromClientMemory });
    expect(cost(100, 0.9)).toBeLessThan(cost(100, 0));
    expect(cost(100, 0.99)).toBeLessThan(cost(100, 0.9));
    expect(cost(10_000, 0)).toBeLessThan(cost(1, 0));
  });

  test("at a high rate without client memory is the price of an invocation", () => {
    // 0.20 a request, 2 ms of 1 GB, 0.5 KB of log, one trace in twenty.
    const invocation = 0.2 + 0.002 * 13.3334 + 0.25 + 0.25;
    const cost = costPerMillion({ vendsPerSecond: 10_000, fromClientMemory: 0 });
    expect(cost).toBeCloseTo(invocation, 2);
  });

  test("at one vend a second has a trace of each, and a share of the realm's month", () => {
    const invocation = 0.2 + 0.002 * 13.3334 + 0.25 + 5;
    const month = realmMonth / (30.4 * 0.0864);
    const cost = costPerMillion({ vendsPerSecond: 1, fromClientMemory: 0 });
    expect(cost).toBeCloseTo(invocation + month, 1);
    // Key, secret, alarms (25 metrics, 2 composites), 11 metrics, traces of ticks, ticks, waiting, and renewals.
    expect(realmMonth).toBeCloseTo(1 + 0.4 + 3.5 + 3.3 + 0.22 + 0.05 + 1.49 + 0.09, 1);
  });
});
