import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { operatorOf } from "../support/operator-of.ts";
import { atExpiry, byConsent, early, onRotation } from "../support/policies.ts";
import { oneRenewed, oneSkipped } from "../support/tick-summaries.ts";

const connection = "conferma/production/default" as Connection;
const both = ["connection", "realm"] as const;
const frozen = { code: "frozen", retryAfterSeconds: null };

/** Frozen, after a vend in a process that keeps what it has vended. */
async function frozenAfterVend(of: (typeof both)[number], policy = early) {
  const here = new TestDeployment(policy);
  here.lifetime = { kind: "stated", atLeastMs: 3_600_000, atMostMs: 3_600_000 };
  const warm = here.process();
  await warm();
  await operatorOf(here).freeze(of);
  return { here, warm };
}

describe.each(both)("a frozen %s", (of) => {
  test("vends to nobody, issues nothing, and says who has stopped it, when, why and how to go on", async () => {
    const { here } = await frozenAfterVend(of);
    const target = of === "realm" ? "conferma/production" : connection;
    expect(await here.refusalOf()).toMatchObject({
      ...frozen,
      message: expect.stringMatching(
        `^Frozen by operator jo at 2026-11-20T10:00:00.\\d{3}Z: The key has leaked. An operator who knows that the reason is gone can thaw it: npm run vend -- thaw ${target} --reason "…".$`,
      ),
    });
    expect(await here.refusalOf({ minValiditySeconds: 3000 })).toMatchObject(frozen);
    here.clock.advance(7_200_000);
    expect(await here.refusalOf()).toMatchObject(frozen);
    expect(here.asked).toHaveLength(1);
  });

  test("refuses a rejection, which would renew it", async () => {
    const { here } = await frozenAfterVend(of);
    expect(await here.refusalOf({ rejectedVersion: 1 })).toMatchObject(frozen);
    expect(here.asked).toHaveLength(1);
  });

  test("is vended by no process half a minute later, whatever it has cached", async () => {
    const { here, warm } = await frozenAfterVend(of);
    const since = here.clock.now();
    let lastVendMs = -1;
    for (let ms = 0; ms < 60_000; ms += 500) {
      here.clock.moveTo(plusMs(since, ms));
      const isVended = await warm().then(
        () => true,
        () => false,
      );
      if (isVended) lastVendMs = ms;
    }
    expect(lastVendMs).toBeGreaterThan(10_000);
    expect(lastVendMs).toBeLessThan(30_000);
  });

  test("is not vended again by a process that goes on reading other connections", async () => {
    const { here, warm } = await frozenAfterVend(of);
    here.secrets.set("other", { text: "canary-other", version: "s1" });
    for (let second = 0; second < 31; second += 1) {
      here.clock.advance(1000);
      await warm({ account: "other" }).catch(() => {});
    }
    await expect(warm()).rejects.toMatchObject(frozen);
  });

  test("goes on with what it had when it is thawed: no token is lost or issued for it", async () => {
    const { here } = await frozenAfterVend(of);
    here.clock.advance(60_000);
    await operatorOf(here).thaw(of);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });

  test("is not renewed by the schedule, from what it has in mind or from what it reads", async () => {
    const here = new TestDeployment(early);
    const memory = new Map<Connection, TokenRecord>();
    await here.vend();
    await here.tick({ memory });
    here.clock.moveTo(plusMs((await here.record())?.token?.due?.at ?? new Date(0), -1000));
    await here.tick({ memory });
    const issued = here.asked.length;
    await operatorOf(here).freeze(of);
    here.clock.moveTo(plusMs((await here.record())?.token?.due?.at ?? new Date(0), 1000));
    expect(await here.tick({ memory })).toEqual(oneSkipped);
    expect(await here.tick()).toEqual(oneSkipped);
    expect(here.asked).toHaveLength(issued);
    await operatorOf(here).thaw(of);
    here.clock.advance(5001);
    expect(await here.tick({ memory })).toEqual(oneRenewed);
  });

  test("stores what was under way when it was frozen, and vends it to nobody", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = async () => {
      await operatorOf(here).freeze(of);
      // As long as a process relies on what it has read of its realm.
      here.clock.advance(6000);
      return here.issued();
    };
    const ended = await here.vend().catch((error: unknown) => error);
    const stored = await here.record();
    expect(stored).toMatchObject({ version: 1, lease: null, failure: null });
    if (of === "connection") expect(ended).toMatchObject(frozen);
    expect(await here.refusalOf()).toMatchObject(frozen);
    await operatorOf(here).thaw(of);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });

  test("takes in a consent under way, which nobody is vended before the thaw", async () => {
    const here = new TestDeployment(byConsent);
    here.consented = {
      ...{ refreshToken: new Sensitive("refresh-1"), refreshEndsAt: null, grantedScope: null },
      ...{ subject: "person-1", customer: null },
    };
    await operatorOf(here).freeze(of);
    expect(await here.consent()).toMatchObject({ version: 1 });
    expect(await here.refusalOf()).toMatchObject(frozen);
    await operatorOf(here).thaw(of);
    expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test("stops a connection that was never used, which begins as ever after the thaw", async () => {
    const here = new TestDeployment(early);
    await operatorOf(here).freeze(of);
    expect(await here.refusalOf()).toMatchObject(frozen);
    expect(here.asked).toEqual([]);
    await operatorOf(here).thaw(of);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.record()).toMatchObject({ fence: 1, damage: [] });
  });

  test("stays as the first operator has frozen it, and is thawed once", async () => {
    const { here } = await frozenAfterVend(of);
    const first = (await here.refusalOf()).message;
    here.clock.advance(1000);
    expect(await operatorOf(here).freeze(of)).toMatchObject({ by: "operator jo" });
    expect((await here.refusalOf()).message).toBe(first);
    expect(await operatorOf(here).thaw(of)).toMatchObject({ reason: "The key has leaked." });
    expect(await operatorOf(here).thaw(of)).toBeNull();
  });

  test("is told to the log once by each process that learns of it, and so is its end", async () => {
    const { here, warm } = await frozenAfterVend(of);
    here.log.splice(0);
    for (let second = 0; second < 40; second += 1) {
      here.clock.advance(1000);
      await warm().catch(() => {});
    }
    const who = { by: "operator jo", reason: "The key has leaked." };
    expect(here.logged("frozen")).toEqual([expect.objectContaining(who)]);
    await operatorOf(here).thaw(of);
    here.clock.advance(6000);
    await warm();
    expect(here.logged("thawed")).toHaveLength(1);
  });
});

test("a thawed connection of a frozen realm stays frozen, and the other way round", async () => {
  const here = new TestDeployment(early);
  await here.vend();
  await operatorOf(here).freeze("connection");
  await operatorOf(here).freeze("realm");
  await operatorOf(here).thaw("connection");
  expect(await here.refusalOf()).toMatchObject(frozen);
  await operatorOf(here).freeze("connection");
  await operatorOf(here).thaw("realm");
  expect(await here.refusalOf()).toMatchObject(frozen);
  await operatorOf(here).thaw("connection");
  expect(await here.vend()).toMatchObject({ version: 1 });
});

test("a frozen static key is neither read nor probed", async () => {
  const here = new TestDeployment(onRotation);
  await here.vend();
  await operatorOf(here).freeze();
  here.clock.advance(60_000);
  let reads = 0;
  const deps = here.dependencies();
  const secrets: typeof deps.secrets = {
    read(...wanted) {
      reads += 1;
      return deps.secrets.read(...wanted);
    },
  };
  await expect(here.process({ secrets })()).rejects.toMatchObject(frozen);
  expect(reads).toBe(0);
});

test.each([
  ["no map", { S: "yes" }],
  ["an empty map", { M: {} }],
])(
  "a freeze of which only %s is left still stops the connection, until its thaw",
  async (_, attribute) => {
    const here = new TestDeployment(early);
    await here.vend();
    const item = here.table.items.get(connection);
    here.table.items.set(connection, { ...item, frozen: attribute });
    const { code, message } = await here.refusalOf();
    expect([code, message.slice(0, 25)]).toEqual(["frozen", "Frozen by unknown at 1970"]);
    await operatorOf(here).thaw();
    expect(await here.vend()).toMatchObject({ version: 1 });
  },
);

test("a freeze costs a read no request: the realm's row comes with the record", async () => {
  const here = new TestDeployment(early);
  await here.vend();
  const names: string[] = [];
  const { perform } = here.table;
  here.table.perform = (command) => {
    names.push((command as object).constructor.name);
    return perform.call(here.table, command);
  };
  const vend = here.process();
  await vend();
  await vend();
  expect(names).toEqual(["BatchGetItemCommand"]);
  here.clock.advance(4000);
  await vend({ minValiditySeconds: 1 });
  await vend({ account: "nobody" }).catch(() => {});
  expect(names).toEqual(["BatchGetItemCommand", "GetItemCommand"]);
});
