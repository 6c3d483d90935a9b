import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import { connectionOf } from "../../../functions/model/connection.ts";
import type { NotIssued } from "../../../functions/model/provider.ts";
import type { RenewalIndex } from "../../../functions/model/renewal-index.ts";
import { at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { operatorOf } from "../../support/operator-of.ts";
import { atExpiry, early } from "../../support/policies.ts";
import { nothingDue, oneRenewed, oneSkipped } from "../../support/tick-summaries.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const now = at("10:04:00.000");
const workers = 32;

/** Ten thousand connections, the first of them due `sinceMs` ago, the others a millisecond later each. */
function manyDue(sinceMs: number) {
  const read = { entries: 0 };
  const index: RenewalIndex = {
    prune: async () => expect.fail("Nothing has lapsed."),
    async *due() {
      while (read.entries < 10_000) {
        read.entries += 1;
        const connection = connectionOf(realm, `account-${read.entries}`);
        const dueAt = plusMs(now, read.entries - 1 - sinceMs);
        yield { connection, dueAt, dueUntil: at("11:30:00.000") };
      }
    },
  };
  return { index, read };
}

/** A lease lasts seven seconds, and reading the record before it may take one. */
async function tickFor(forMs: number, sinceMs: number) {
  const here = new TestDeployment(atExpiry);
  here.clock.moveTo(now);
  const { index, read } = manyDue(sinceMs);
  const summary = await here.tick({ index, forMs });
  return { summary, entries: read.entries, behind: here.logged("schedule-behind") };
}

test("a connection for whose record and lease there is just time is renewed, and none for which there is not", async () => {
  const here = new TestDeployment(atExpiry);
  await here.vend();
  here.clock.moveTo(at("10:05:01.000"));
  const { store } = here.dependencies();
  const read: typeof store.read = (connection, signal) => {
    here.clock.advance(1000);
    return store.read(connection, signal);
  };
  expect(await here.tick({ store: { ...store, read }, forMs: 7999 })).toEqual(oneSkipped);
  expect(await here.tick({ store: { ...store, read }, forMs: 8000 })).toEqual(oneRenewed);
});

test("a tick that is out of time reads no more of the index", async () => {
  const { summary, entries } = await tickFor(7999, 90_000);
  expect(summary).toEqual({ ...nothingDue, due: workers, skipped: workers });
  expect(entries).toBe(workers);
});

test("a tick that leaves overdue connections says once since when the first of them is due", async () => {
  const { behind } = await tickFor(7999, 90_000);
  expect(behind).toMatchObject([{ level: "warn", overdueMs: 90_000 }]);
});

test("a tick that leaves only what is due later is not behind", async () => {
  const { summary, behind } = await tickFor(8000, -1);
  expect(summary).toEqual({ ...nothingDue, due: workers, skipped: workers });
  expect(behind).toEqual([]);
});

describe("a tick measures how late its oldest renewal is", () => {
  const overdue = ({ measured }: TestDeployment) =>
    measured.filter(([measure]) => measure === "OverdueMs").map(([, ms]) => ms);

  test("that it finds, or has to leave", async () => {
    const here = new TestDeployment(atExpiry);
    here.clock.moveTo(now);
    await here.tick({ index: manyDue(90_000).index, forMs: 7999 });
    expect(overdue(here)).toEqual([90_000]);
  });

  test("and 0 where nothing is overdue", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    await here.tick();
    expect(overdue(here)).toEqual([0]);
  });

  test.each<[code: NotIssued["code"], overdueMs: number]>([
    ["provider-unavailable", 60_000],
    ["credentials-rejected", 0],
  ])("where the last one was refused: %s", async (code, overdueMs) => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:05:00.450"));
    here.answer = () => ({
      ...{ kind: "not-issued", code, detail: "Refused." },
      ...{ mayHaveIssued: false, retryAfterMs: 600_000 },
    });
    await here.refusalOf();
    here.clock.moveTo(at("10:06:00.450"));
    await here.tick();
    expect(overdue(here)).toEqual([overdueMs]);
  });

  test("but not one that an operator has stopped", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    await operatorOf(here).freeze("connection");
    here.clock.moveTo(at("10:06:00.000"));
    await here.tick();
    expect(overdue(here)).toEqual([0]);
  });

  test("and not one that waits for another secret", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:30.000"));
    here.answer = () => ({
      ...{ kind: "not-issued", code: "credentials-rejected", detail: "Refused." },
      ...{ mayHaveIssued: false, retryAfterMs: null },
    });
    await here.vend();
    here.clock.advance(20_000);
    await here.tick();
    expect(overdue(here)).toEqual([0]);
  });
});
