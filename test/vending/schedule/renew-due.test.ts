import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Clock } from "../../../functions/model/clock.ts";
import { msBetween, plusMs } from "../../../functions/model/clock.ts";
import { connectionOf } from "../../../functions/model/connection.ts";
import { VendingError } from "../../../functions/model/errors.ts";
import type { NotIssued } from "../../../functions/model/provider.ts";
import type { DueRenewal, RenewalIndex } from "../../../functions/model/renewal-index.ts";
import { aLease, at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry, atHandover, early, onRotation } from "../../support/policies.ts";
import { nothingDue, oneFailed, oneRenewed, oneSkipped } from "../../support/tick-summaries.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const connection = connectionOf(realm, "default");
const { signal } = new AbortController();

/** When the five-minute token of `aDeployment` may be replaced: after its end and the clock skew. */
const renewAt = at("10:05:00.450");

/** A token was vended at ten, and expires in a minute. `askedAt` lists when the provider was called. */
async function aDeployment(policy = atExpiry, ...accounts: string[]) {
  const here = new TestDeployment(policy);
  const askedAt: Date[] = [];
  here.answer = () => {
    askedAt.push(plusMs(here.clock.now(), -200));
    return here.issued();
  };
  await here.vend();
  for (const account of accounts) {
    here.secrets.set(account, { text: `secret of ${account}`, version: "s1" });
    await here.vend({ account });
  }
  here.clock.moveTo(at("10:04:00.000"));
  askedAt.length = 0;
  return { here, askedAt };
}

const dueUntil = at("11:30:00.000");

/** An index with just this entry. */
function saying(...all: DueRenewal[]): RenewalIndex {
  return {
    prune: async () => expect.fail("Nothing has lapsed."),
    async *due() {
      yield* all;
    },
  };
}

const refused = (code: NotIssued["code"]): NotIssued => ({
  kind: "not-issued",
  code,
  detail: "Not now.",
  mayHaveIssued: false,
  retryAfterMs: null,
});

describe("a tick", () => {
  test("renews a due connection at its instant and not before", async () => {
    const { here, askedAt } = await aDeployment();
    expect(await here.tick()).toEqual(oneRenewed);
    expect(askedAt).toEqual([renewAt]);
    expect(here.clock.slept[0]).toBe(msBetween(at("10:04:00.000"), renewAt));
    expect((await here.record())?.ledger.at(-1)).toMatchObject({ version: 2, reason: "expired" });
  });

  test.each([
    ["at the handover", atHandover, at("10:04:40.000"), "expired"],
    ["early, by chance within the lead", early, at("10:04:07.500"), "scheduled"],
  ] as const)("renews %s", async (_, policy, instant, reason) => {
    const { here, askedAt } = await aDeployment(policy);
    expect(await here.tick()).toEqual(oneRenewed);
    expect(askedAt).toEqual([instant]);
    expect((await here.record())?.ledger.at(-1)).toMatchObject({ reason });
  });

  test("renews an overdue connection at once", async () => {
    const { here, askedAt } = await aDeployment();
    here.clock.moveTo(at("10:20:00.000"));
    expect(await here.tick()).toEqual(oneRenewed);
    expect(askedAt).toEqual([at("10:20:00.000")]);
  });

  test("renews a token in doubt", async () => {
    const { here } = await aDeployment();
    here.clock.moveTo(renewAt);
    here.answer = () => ({ ...refused("provider-unavailable"), mayHaveIssued: true });
    await here.refusalOf();
    expect(await here.record()).toMatchObject({ doubtedAt: expect.any(Date) });
    here.clock.advance(2000);
    here.answer = () => here.issued();
    expect(await here.tick()).toEqual(oneRenewed);
    expect(await here.record()).toMatchObject({ doubtedAt: null, version: 2 });
  });

  test("leaves a connection alone that is due after the next tick has begun", async () => {
    const { here } = await aDeployment();
    here.clock.moveTo(plusMs(renewAt, -75_000));
    expect(await here.tick()).toEqual(nothingDue);
    here.clock.advance(1);
    expect(await here.tick()).toEqual(oneRenewed);
  });

  test("never renews a static key", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    await here.vend();
    here.clock.advance(60_000);
    expect(await here.tick()).toEqual(nothingDue);
  });

  test("sleeps again after a timer that fires early", async () => {
    const { here, askedAt } = await aDeployment();
    const { clock } = here;
    const hasty: Clock = {
      now: () => clock.now(),
      countdown: (ms) => clock.countdown(ms),
      sleep: (ms, until) => clock.sleep(ms > 1 ? ms - 1 : ms, until),
      timeout: (ms, parent) => clock.timeout(ms, parent),
    };
    expect(await here.tick({ clock: hasty })).toEqual(oneRenewed);
    expect(askedAt).toEqual([renewAt]);
  });

  test("counts each of many connections once", async () => {
    const { here } = await aDeployment(atExpiry, "failing", "second", "third");
    here.answer = (secret) =>
      secret === "secret of failing" ? refused("provider-unavailable") : here.issued();
    expect(await here.tick()).toEqual({ due: 4, renewed: 3, skipped: 0, failed: 1 });
  });
});

describe("a tick skips", () => {
  test("a connection that another tick renews at the same instant: one issue for both", async () => {
    const { here, askedAt } = await aDeployment();
    const tallies = await Promise.all([here.tick(), here.tick()]);
    expect(tallies).toContainEqual(oneRenewed);
    expect(tallies).toContainEqual(oneSkipped);
    expect(askedAt).toHaveLength(1);
  });

  test("a connection whose lease another process took and that it has renewed since", async () => {
    const { here } = await aDeployment();
    const { store } = here.dependencies();
    const takeLease = async () => {
      await here.vend();
      return { held: null, record: await here.record() };
    };
    expect(await here.tick({ store: { ...store, takeLease } })).toEqual(oneSkipped);
    expect(here.asked).toHaveLength(2);
  });

  test("a connection in back-off, without calling the provider", async () => {
    const { here } = await aDeployment();
    here.clock.moveTo(renewAt);
    here.answer = () => refused("provider-unavailable");
    await here.refusalOf();
    expect(await here.tick()).toEqual(oneSkipped);
    expect(here.asked).toHaveLength(2);
  });

  test("a connection with refused credentials, until the secret changes", async () => {
    const { here } = await aDeployment();
    here.clock.moveTo(renewAt);
    here.answer = () => refused("credentials-rejected");
    await here.refusalOf();
    here.clock.advance(60_000);
    expect(await here.tick()).toEqual(oneSkipped);
    expect(here.asked).toHaveLength(2);

    here.secrets.set("default", { text: "next secret", version: "s2" });
    here.answer = () => here.issued();
    expect(await here.tick()).toEqual(oneRenewed);
    expect(here.asked.at(-1)).toBe("next secret");
  });

  test("a renewal that it has no time for, without waiting for its instant", async () => {
    const { here } = await aDeployment();
    // A lease lasts seven seconds, reading the record may take one, and the renewal is a minute away.
    expect(await here.tick({ forMs: 68_449 })).toEqual(oneSkipped);
    expect(here.clock.slept).toEqual([]);
    expect(here.asked).toHaveLength(1);
    expect(await here.tick({ forMs: 68_450 })).toEqual(oneRenewed);
  });
});

describe("the index is a hint", () => {
  test("so a connection is checked again at the record's instant, if that is later", async () => {
    const { here, askedAt } = await aDeployment();
    const index = saying({ connection, dueAt: at("10:04:10.000"), dueUntil });
    expect(await here.tick({ index })).toEqual(oneRenewed);
    expect(askedAt).toEqual([renewAt]);
    expect(here.clock.slept.slice(0, 2)).toEqual([10_000, 50_450]);
  });

  test("so a connection whose instant lies beyond the horizon is not waited for", async () => {
    const { here } = await aDeployment();
    here.clock.moveTo(at("10:01:00.000"));
    const index = saying({ connection, dueAt: at("10:01:10.000"), dueUntil });
    expect(await here.tick({ index })).toEqual(oneSkipped);
    expect(here.clock.slept).toEqual([10_000]);
  });

  test("that fails the tick when it cannot be read, after the renewals under way have ended", async () => {
    const { here } = await aDeployment();
    const index: RenewalIndex = {
      ...saying(),
      async *due() {
        yield { connection, dueAt: renewAt, dueUntil };
        throw new VendingError("store-unavailable", "DynamoDB did not answer.", 1);
      },
    };
    await expect(here.tick({ index })).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await here.record()).toMatchObject({ version: 2, lease: null });
  });
});

describe("a renewal that fails", () => {
  test("at the provider is recorded for all processes, and tried again by a later tick", async () => {
    const { here } = await aDeployment();
    here.answer = () => refused("provider-unavailable");
    expect(await here.tick()).toEqual(oneFailed);
    expect(here.asked).toHaveLength(2);
    expect(here.log.join("")).toContain('"issue-failed"');
    here.clock.advance(60_000);
    here.answer = () => here.issued();
    expect(await here.tick()).toEqual(oneRenewed);
  });

  test("at the store is logged, and stops no other connection", async () => {
    const { here } = await aDeployment(atExpiry, "second", "third");
    const { store } = here.dependencies();
    const read: typeof store.read = async (of, until) => {
      if (of !== connection) return store.read(of, until);
      throw new VendingError("store-unavailable", "DynamoDB did not answer (TimeoutError).", 1);
    };
    here.log.length = 0;
    const tally = await here.tick({ store: { ...store, read } });
    expect(tally).toEqual({ due: 3, renewed: 2, skipped: 0, failed: 1 });
    const lines = here.log.map((line) => JSON.parse(line));
    expect(lines.filter(({ event }) => event === "renewal-failed")).toEqual([
      {
        level: "warn",
        time: expect.any(String),
        event: "renewal-failed",
        connection,
        code: "store-unavailable",
        detail: "DynamoDB did not answer (TimeoutError).",
      },
    ]);
  });

  test("by a defect is logged by its name, never by its message", async () => {
    const { here } = await aDeployment();
    const read = async () => {
      throw new TypeError("canary-token is not a function");
    };
    expect(await here.tick({ store: { ...here.dependencies().store, read } })).toEqual(oneFailed);
    expect(here.log.at(-1)).toContain('"code":"internal","detail":"TypeError"');
    expect(here.log.join("")).not.toContain("canary-token is");
  });

  test("because its process crashed is taken over at the end of its lease", async () => {
    const { here, askedAt } = await aDeployment();
    const since = plusMs(renewAt, -10);
    const intent = {
      lease: aLease({ owner: "vanished", since, until: plusMs(since, 7000) }),
      doubtedAt: null,
    };
    const { store } = here.dependencies();
    await store.takeLease(connection, await here.record(), intent, signal);
    expect(await here.tick()).toEqual(oneRenewed);
    // For its own duration since it was seen.
    expect(askedAt).toEqual([plusMs(renewAt, 7000)]);
  });
});

describe("many due connections", () => {
  const total = 5000;

  test("are renewed 32 at a time, and the index is read no further than that", async () => {
    const here = new TestDeployment(atExpiry);
    here.clock.moveTo(at("10:04:00.000"));
    const { store } = here.dependencies();
    const now = { said: 0, begun: 0, ended: 0 };
    let [atOnce, ahead] = [0, 0];
    const index: RenewalIndex = {
      ...saying(),
      async *due() {
        while (now.said < total) {
          now.said += 1;
          ahead = Math.max(ahead, now.said - now.ended);
          const each = connectionOf(realm, `account-${now.said}`);
          yield { connection: each, dueAt: renewAt, dueUntil };
        }
      },
    };
    const read = async () => {
      now.begun += 1;
      atOnce = Math.max(atOnce, now.begun - now.ended);
      await setImmediate();
      now.ended += 1;
      return null;
    };
    const tally = await here.tick({ index, store: { ...store, read } });
    expect(tally).toEqual({ due: total, renewed: 0, skipped: total, failed: 0 });
    expect(atOnce).toBe(32);
    expect(ahead).toBeLessThanOrEqual(32 + 1);
  });
});

describe("a connection that the schedule keeps alive", () => {
  /** A tick a minute, from now on. */
  async function tickFor(here: TestDeployment, minutes: number): Promise<void> {
    for (let n = 0; n < minutes; n += 1) {
      const next = plusMs(here.clock.now(), 60_000);
      await here.tick();
      if (here.clock.now() < next) here.clock.moveTo(next);
    }
  }

  test("lapses an hour after the last renewal for a caller, and costs nothing from then on", async () => {
    const { here, askedAt } = await aDeployment();
    await tickFor(here, 120);
    const last = askedAt.at(-1) ?? expect.fail("never renewed");
    expect(last < at("11:00:00.200")).toBe(true);
    expect(last > at("10:54:00.000")).toBe(true);
    expect(askedAt).toHaveLength(11);
    expect(await here.tick()).toEqual(nothingDue);
  });

  test("is kept alive for another hour when a caller comes back", async () => {
    const { here, askedAt } = await aDeployment();
    await tickFor(here, 120);
    await here.vend();
    const back = askedAt.at(-1) ?? expect.fail("not vended");
    await tickFor(here, 120);
    expect(Number(askedAt.at(-1)) - Number(back)).toBeGreaterThan(50 * 60_000);
    expect(Number(askedAt.at(-1)) - Number(back)).toBeLessThanOrEqual(60 * 60_000);
  });

  test("is left alone after its hour even if it could not be renewed", async () => {
    const { here } = await aDeployment();
    here.answer = () => refused("provider-unavailable");
    await tickFor(here, 60);
    expect(here.asked.length).toBeGreaterThan(30);
    const before = here.asked.length;
    await tickFor(here, 10);
    expect(await here.tick()).toEqual(nothingDue);
    expect(here.asked.length).toBe(before);
    expect(here.table.items.get(connection)).not.toHaveProperty("dueRealm");
    expect(await here.record()).toMatchObject({ version: 1, token: { due: null } });
  });

  test("is renewed at every expiry where its tokens live for seconds", async () => {
    const { here, askedAt } = await aDeployment();
    here.lifetime = { kind: "stated", atLeastMs: 10_000, atMostMs: 10_000 };
    await here.vend({ rejectedVersion: 1 });
    askedAt.length = 0;
    const begun = here.clock.now();
    const tally = await here.tick();
    expect(tally).toEqual({ due: 7, renewed: 7, skipped: 0, failed: 0 });
    here.clock.moveTo(plusMs(begun, 75_000));
    await here.tick();
    const gaps = askedAt.slice(1).map((each, n) => msBetween(askedAt[n] ?? each, each));
    // Answered after 200 ms, lived for 10 s, and the clock skew.
    expect(new Set(gaps)).toEqual(new Set([10_450]));
    expect(gaps).toHaveLength(13);
  });

  test("is not waited for after its hour", async () => {
    const { here } = await aDeployment();
    here.lifetime = { kind: "stated", atLeastMs: 10_000, atMostMs: 10_000 };
    await here.vend({ rejectedVersion: 1 });
    const { renewAt: soon } = (await here.record())?.token ?? expect.fail("no token");
    const [pk, item] =
      [...here.table.items].find(([key]) => key === connection) ?? expect.fail("no item");
    const keptUntil = { N: String(Number(plusMs(soon, 15_000))) };
    here.table.items.set(pk, { ...item, keptUntil });
    expect(await here.tick()).toEqual({ due: 2, renewed: 2, skipped: 0, failed: 0 });
  });

  test("with tokens of seconds is checked again by a process that lost the lease", async () => {
    const { here, askedAt } = await aDeployment();
    here.lifetime = { kind: "stated", atLeastMs: 10_000, atMostMs: 10_000 };
    await here.vend({ rejectedVersion: 1 });
    askedAt.length = 0;
    await Promise.all([here.tick(), here.tick()]);
    expect(askedAt.length).toBeGreaterThanOrEqual(7);
    expect(here.log.join("")).not.toContain("renewal-failed");
  });
});
