import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { awaitRenewal } from "../../functions/vending/await-renewal.ts";
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
      420,
    ],
    ["guesses where nothing is known of them", aRecord({ typicalRenewalMs: null }), 105],
    ["guesses where there is not even a record", null, 105],
  ])("%s", async (_, record, sleptMs) => {
    const here = new TestDeployment(atExpiry);
    const deps = here.dependencies();
    await awaitRenewal(deps, aRecord().connection, record, wait, within(5000));
    expect(here.clock.slept).toEqual([sleptMs]);
  });

  test("is told when that may be too late, and how long the lease lasts", async () => {
    const deps = new TestDeployment(atExpiry).dependencies();
    const waiting = awaitRenewal(deps, aRecord().connection, null, wait, within(105));
    await expect(waiting).rejects.toMatchObject({
      code: "renewal-in-progress",
      message: "Another process is renewing this connection and may not finish in time.",
      retryAfterSeconds: 7,
    });
    const inTime = awaitRenewal(deps, aRecord().connection, null, wait, within(106));
    await expect(inTime).resolves.toBeNull();
  });
});

describe("a caller that waits for a handover", () => {
  const handover = plusMs(ten, 3000);

  const wait = { action: "await-handover", reason: "too-early", until: handover } as const;

  test.each([
    ["when the renewal should be done", 400, 420],
    ["half a second later, if renewals take longer: perhaps nobody renews", 4500, 525],
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
    [
      "too-early",
      "renewal-in-progress",
      "The next token may be requested in 3 s, after this caller's deadline.",
    ],
  ] as const)("without the time for it gets the instant: %s", async (reason, code, message) => {
    const deps = new TestDeployment(atExpiry).dependencies();
    const wait = { action: "await-handover", reason, until: handover } as const;
    const waiting = awaitRenewal(deps, aRecord().connection, null, wait, within(3010));
    await expect(waiting).rejects.toMatchObject({ code, message, retryAfterSeconds: 3 });
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
    ["when the lease ends", 5000, 1000, 5000],
    ["when the lease ends, if no time is its own", 350, 0, 350],
    ["after its own time, if the lease ends before", 350, 1000, 1000],
    ["after its own time, if the clock has jumped beyond the lease", -3_600_000, 1000, 1000],
  ])("is aborted %s", async (_, leaseMsLeft, leastMs, stoppedAfterMs) => {
    const here = new TestDeployment(atExpiry);
    const isStopped: boolean[] = [];
    const ending = { ...lease, until: plusMs(here.clock.now(), leaseMsLeft) };
    const watched = async (stop: AbortSignal) => {
      for (const ms of [stoppedAfterMs - 1, 1]) {
        here.clock.advance(ms);
        isStopped.push(stop.aborted);
      }
    };
    await retryUntilLeaseEnd(here.dependencies(), ending, signal, watched, leastMs);
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
