import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import { connectionOf } from "../../../functions/model/connection.ts";
import { VendingError } from "../../../functions/model/errors.ts";
import type { DueRenewal, RenewalIndex } from "../../../functions/model/renewal-index.ts";
import { at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry } from "../../support/policies.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const connection = connectionOf(realm, "default");
const [dueAt, dueUntil] = [at("10:05:00.450"), at("11:30:00.000")];

const nothing = { due: 0, renewed: 0, skipped: 0, failed: 0 };
const oneRenewed = { ...nothing, due: 1, renewed: 1 };
const oneSkipped = { ...nothing, due: 1, skipped: 1 };

/** A token was vended at ten, and expires in a minute. */
async function aDeployment(): Promise<TestDeployment> {
  const here = new TestDeployment(atExpiry);
  await here.vend();
  here.clock.moveTo(at("10:04:00.000"));
  return here;
}

/** An index whose first `count` connections have lapsed, until they are pruned. */
function withLapsed(count: number, ...others: DueRenewal[]) {
  const lapsed = new Map(
    Array.from({ length: count }, (_, n) => [connectionOf(realm, `lapsed-${n}`), n]),
  );
  const index: RenewalIndex = {
    prune: async (each) => void lapsed.delete(each),
    async *due() {
      for (const each of lapsed.keys()) {
        yield { connection: each, dueAt: at("09:00:00.000"), dueUntil: at("10:00:00.000") };
      }
      yield* others;
    },
  };
  return { index, lapsed };
}

describe("a lapsed connection", () => {
  const due = { connection, dueAt, dueUntil };

  test("is removed from the index, is not counted, and does not delay due connections", async () => {
    const here = await aDeployment();
    const { index, lapsed } = withLapsed(40, due);
    expect(await here.tick({ index })).toEqual(oneRenewed);
    expect(lapsed.size).toBe(0);
  });

  test("whose record is no longer due, or missing, is skipped", async () => {
    const here = await aDeployment();
    here.clock.moveTo(at("11:20:00.000"));
    const nobody = connectionOf(realm, "nobody");
    const { index } = withLapsed(0, due, { ...due, connection: nobody });
    expect(await here.tick({ index })).toEqual({ ...nothing, due: 2, skipped: 2 });
    expect(here.asked).toHaveLength(1);
  });

  test("is not written again by the next tick", async () => {
    const here = await aDeployment();
    const writes: string[] = [];
    here.table.onWrite = (pk) => writes.push(pk);
    here.clock.moveTo(at("11:30:00.000"));
    expect(await here.tick()).toEqual(nothing);
    expect(writes).toEqual([connection]);
    expect(await here.tick()).toEqual(nothing);
    expect(writes).toEqual([connection]);
  });

  test("stays until its last millisecond has passed", async () => {
    const here = await aDeployment();
    const { until } = (await here.record())?.token?.due ?? expect.fail("not due");
    here.clock.moveTo(until);
    const now = { ...here.dependencies().store, read: async () => null };
    expect(await here.tick({ store: now })).toEqual(oneSkipped);
    expect(here.table.items.get(connection)).toHaveProperty("dueRealm");
    here.clock.advance(1);
    expect(await here.tick()).toEqual(nothing);
    expect(here.table.items.get(connection)).not.toHaveProperty("dueRealm");
  });

  test("is determined by the clock after the index's answer has corrected it", async () => {
    const here = await aDeployment();
    const until = at("10:30:00.000");
    const beyond = {
      connection: connectionOf(realm, "kept"),
      dueAt: at("10:20:00.000"),
      dueUntil: until,
    };
    let aheadMs = 3_600_000;
    const { countdown, sleep, timeout } = here.dependencies().clock;
    const clock = { now: () => plusMs(here.clock.now(), aheadMs), countdown, sleep, timeout };
    const index: RenewalIndex = {
      prune: async (each) => expect.fail(`${each} has not lapsed`),
      async *due() {
        aheadMs = 0;
        yield beyond;
      },
    };
    expect(await here.tick({ index, clock })).toEqual(oneSkipped);
    expect(here.logged("prune-failed")).toEqual([]);
  });

  test("is one of at most 500 removed in a tick, 32 at once", async () => {
    const here = await aDeployment();
    const { index, lapsed } = withLapsed(1100, due);
    let [begun, ended, atOnce] = [0, 0, 0];
    const slowly: RenewalIndex = {
      ...index,
      async prune(...one) {
        begun += 1;
        atOnce = Math.max(atOnce, begun - ended);
        await setImmediate();
        ended += 1;
        return index.prune(...one);
      },
    };
    expect(await here.tick({ index: slowly })).toEqual(oneRenewed);
    expect([lapsed.size, atOnce]).toEqual([600, 32]);
    await here.tick({ index: slowly });
    expect(lapsed.size).toBe(100);
    await here.tick({ index: slowly });
    expect(lapsed.size).toBe(0);
  });

  test("that cannot be removed is logged, stops nothing, and is tried by the next tick", async () => {
    const here = await aDeployment();
    const { index, lapsed } = withLapsed(100, due);
    const asked: string[] = [];
    const broken: RenewalIndex = {
      ...index,
      async prune(each) {
        asked.push(each);
        await setImmediate();
        throw new VendingError("store-unavailable", "DynamoDB did not answer (made up).", 1);
      },
    };
    expect(await here.tick({ index: broken })).toEqual(oneRenewed);
    expect(asked).toHaveLength(32);
    expect(here.logged("prune-failed")[0]).toMatchObject({
      level: "warn",
      connection: connectionOf(realm, "lapsed-0"),
      code: "store-unavailable",
      detail: "DynamoDB did not answer (made up).",
    });
    await here.tick({ index });
    expect(lapsed.size).toBe(0);
  });
});
