import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { awaitRenewal, waitTooLong } from "../../functions/vending/await-renewal.ts";
import { retryUntilLeaseEnd } from "../../functions/vending/issuing/lease.ts";
import { aLease, aRecord, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, early } from "../support/policies.ts";

const ten = at("10:00:00.000");
const { signal } = new AbortController();
const within = (ms: number) => ({ msLeft: () => ms, signal, onBehalfOf: "caller" }) as const;

describe("a caller that waits for another process's renewal", () => {
  const lease = aLease();
  const wait = { action: "await-renewal", reason: "lease-held", lease } as const;

  test.each([
    [
      "looks when this connection's issues are usually done",
      aRecord({ typicalRenewalMs: 400 }),
      410,
    ],
    ["guesses where nothing is known of them", aRecord({ typicalRenewalMs: null }), 103],
    ["guesses where there is not even a record", null, 103],
  ])("%s", async (_, record, sleptMs) => {
    const here = new TestDeployment(atExpiry);
    const deps = here.dependencies();
    await awaitRenewal(deps, aRecord().connection, record, wait, within(5000));
    expect(here.clock.slept).toEqual([sleptMs]);
  });

  test("is told when that may be too late, and how long the lease lasts", async () => {
    const deps = new TestDeployment(atExpiry).dependencies();
    const waiting = awaitRenewal(deps, aRecord().connection, null, wait, within(103));
    await expect(waiting).rejects.toMatchObject({
      code: "renewal-in-progress",
      message: "Another process is renewing this connection and may not finish in time.",
      retryAfterSeconds: 8,
    });
    const inTime = awaitRenewal(deps, aRecord().connection, null, wait, within(104));
    await expect(inTime).resolves.toBeNull();
  });
});

describe("a caller that waits for a handover", () => {
  const handover = plusMs(ten, 3000);

  const wait = { action: "await-handover", reason: "too-early", until: handover } as const;

  test.each([
    ["when the renewal should be done", 400, 410],
    ["half a second later, if renewals take longer: perhaps nobody renews", 4500, 512],
  ])("reads the record again %s", async (_, typicalRenewalMs, laterMs) => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const stored = await here.record();
    const record = aRecord({ typicalRenewalMs });
    const deps = here.dependencies();
    const deadline = within(5000);
    expect(await awaitRenewal(deps, record.connection, record, wait, deadline)).toEqual(stored);
    expect(here.clock.now()).toEqual(plusMs(handover, laterMs));
  });

  test("and has stored the current token leads: it renews on what it knows, without a read", async () => {
    const here = new TestDeployment(atExpiry);
    const { connection } = await here.vend();
    const record = await here.record();
    const deps = { ...here.dependencies(), processName: "process-1" };
    expect(record?.token?.committedBy).toBe("process-1.1");
    const store = { ...deps.store, read: () => expect.fail("Nothing is read.") };
    const deadline = within(5000);
    const known = await awaitRenewal({ ...deps, store }, connection, record, wait, deadline);
    expect(known).toBe(record);
    const other = await awaitRenewal(
      { ...deps, processName: "process-11" },
      connection,
      record,
      wait,
      deadline,
    );
    expect(other).not.toBe(record);
  });

  test.each([
    [
      "validity",
      "validity-unavailable",
      "This provider's token may not be renewed before its handover, in 3 s.",
    ],
    ["too-early", "renewal-in-progress", "The next token may be requested in 3 s."],
  ] as const)("without the time for it gets the instant: %s", async (reason, code, message) => {
    const deps = new TestDeployment(atExpiry).dependencies();
    const wait = { action: "await-handover", reason, until: handover } as const;
    const waiting = awaitRenewal(deps, aRecord().connection, null, wait, within(3010));
    await expect(waiting).rejects.toMatchObject({ code, message, retryAfterSeconds: 3 });
  });
});

describe("a caller waits inside its invocation", () => {
  const now = plusMs(ten, 10);
  const handover = (ms: number, reason: "too-early" | "validity" = "validity") =>
    ({ action: "await-handover", reason, until: plusMs(now, ms) }) as const;
  const leased = (sinceMs: number, untilMs = 7000) => {
    const lease = aLease({ since: plusMs(now, -sinceMs), until: plusMs(now, untilMs - sinceMs) });
    return { action: "await-renewal", reason: "lease-held", lease } as const;
  };
  const usual = (typicalRenewalMs: number | null) => aRecord({ typicalRenewalMs });

  test.each([
    ["for a handover that comes within two seconds", handover(2000), usual(150)],
    ["for a renewal that should be over soon", leased(0), usual(150)],
    ["for one that is up to two seconds late", leased(2149), usual(150)],
    ["for a slow one, until it is two seconds late", leased(5999), usual(4000)],
    ["for a first one, three seconds", leased(2999), null],
    ["for one that has never been seen", leased(2999), usual(null)],
    ["for the end of a lease that comes within two seconds", leased(5250), usual(150)],
  ] as const)("%s", (_, wait, record) => {
    expect(waitTooLong(wait, record, now)).toBeNull();
  });

  test.each([
    ["for a later handover", handover(2001), usual(150), "validity-unavailable", 3],
    [
      "for a token that may be requested later",
      handover(24_000, "too-early"),
      usual(150),
      "renewal-in-progress",
      24,
    ],
    ["for a renewal that hangs", leased(2150), usual(150), "renewal-in-progress", 6],
    ["for a slow one that hangs", leased(3000), usual(1000), "renewal-in-progress", 5],
    ["for a first one that hangs", leased(3000), null, "renewal-in-progress", 5],
  ] as const)("but not %s", (_, wait, record, code, retryAfterSeconds) => {
    expect(waitTooLong(wait, record, now)).toMatchObject({ code, retryAfterSeconds });
  });

  test("not for a handover that is known: the problem comes at once, and says when", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.advance(270_000);
    const begun = Number(here.clock.now());
    const refused = await here.refusalOf({ minValiditySeconds: 60 }, 60_000);
    expect(refused).toMatchObject({ code: "validity-unavailable", retryAfterSeconds: 31 });
    expect(Number(here.clock.now()) - begun).toBeLessThan(50);
    expect(await here.vendPatiently({ minValiditySeconds: 60 })).toMatchObject({ version: 2 });
    expect(here.asked).toHaveLength(2);
  });

  test("not for a provider that hangs: who comes when it is overdue is answered at once", async () => {
    const here = new TestDeployment(atExpiry);
    const begunAt = here.clock.now();
    const deps = here.dependencies();
    const lease = { ...aLease({ reason: "cold" }), since: begunAt, until: plusMs(begunAt, 7000) };
    const connection = connectionOf(deps.realm, "default");
    await deps.store.takeLease(connection, null, { lease, doubtedAt: null }, signal);
    const heldMs = [];
    for (const arrivesAfterMs of [0, 3600, 4500]) {
      here.clock.moveTo(plusMs(begunAt, Math.max(arrivesAfterMs, +here.clock.now() - +begunAt)));
      const cameAt = Number(here.clock.now());
      expect(await here.refusalOf({}, 60_000)).toMatchObject({ code: "renewal-in-progress" });
      heldMs.push(Number(here.clock.now()) - cameAt);
    }
    const [first = 0, ...late] = heldMs;
    expect(first).toBeGreaterThan(2500);
    expect(first).toBeLessThan(3600);
    expect(Math.max(...late)).toBe(0);
    expect(here.asked).toEqual([]);
  });
});

describe("a write that ends a lease", () => {
  const lease = aLease({ until: plusMs(ten, 350) });
  const failing = (times: number, result = "stored") => {
    let calls = 0;
    return async () => {
      calls += 1;
      if (calls > times) return result;
      throw new VendingError("store-unavailable", `made up, ${calls}`, 1);
    };
  };

  test("is repeated with growing pauses until it is answered", async () => {
    const here = new TestDeployment(atExpiry);
    const deps = here.dependencies();
    expect(await retryUntilLeaseEnd(deps, lease, signal, failing(2))).toBe("stored");
    expect(here.clock.slept).toEqual([50, 100]);
  });

  test("is repeated every 400 ms at least, so that it is stored at the end of a long fault", async () => {
    const here = new TestDeployment(atExpiry);
    const long = aLease({ until: plusMs(ten, 2000) });
    expect(await retryUntilLeaseEnd(here.dependencies(), long, signal, failing(6))).toBe("stored");
    expect(here.clock.slept).toEqual([50, 100, 200, 400, 400, 400]);
  });

  test("is not repeated at or after the lease's end: it fails with its last error", async () => {
    const here = new TestDeployment(atExpiry);
    const writing = retryUntilLeaseEnd(here.dependencies(), lease, signal, failing(9));
    await expect(writing).rejects.toThrow("made up, 3");
    expect(here.clock.slept).toEqual([50, 100]);
  });

  test("fails with its last error when the caller's deadline passes", async () => {
    const here = new TestDeployment(atExpiry);
    const gone = AbortSignal.abort();
    const writing = retryUntilLeaseEnd(here.dependencies(), lease, gone, failing(9));
    await expect(writing).rejects.toThrow("made up, 1");
  });

  test.each([
    ["when the lease ends", 5000, 5000],
    ["after a second, if the lease ends before", 350, 1000],
    ["after a second, if the clock has jumped beyond the lease", -3_600_000, 1000],
  ])("is aborted %s", async (_, leaseMsLeft, stoppedAfterMs) => {
    const here = new TestDeployment(atExpiry);
    const isStopped: boolean[] = [];
    const ending = { ...lease, until: plusMs(here.clock.now(), leaseMsLeft) };
    const watched = async (stop: AbortSignal) => {
      for (const ms of [stoppedAfterMs - 1, 1]) {
        here.clock.advance(ms);
        isStopped.push(stop.aborted);
      }
    };
    await retryUntilLeaseEnd(here.dependencies(), ending, signal, watched);
    expect(isStopped).toEqual([false, true]);
  });
});

describe("a process that has vended", () => {
  test("vends again without reading anything", async () => {
    const here = new TestDeployment(early);
    const deps = here.dependencies();
    let reads = 0;
    const read: typeof deps.store.read = (...wanted) => {
      reads += 1;
      return deps.store.read(...wanted);
    };
    const vend = here.process({ store: { ...deps.store, read } });
    const first = await vend();
    const readsOfFirst = reads;
    expect(await vend()).toEqual(first);
    expect(reads).toBe(readsOfFirst);
    here.clock.advance(30_000);
    expect(await vend()).toEqual(first);
    expect(reads).toBe(readsOfFirst + 1);
  });
});
