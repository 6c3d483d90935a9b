import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { VendRequest } from "../../functions/model/credential.ts";
import type { Deadline } from "../../functions/model/time-limits.ts";
import { CredentialCache } from "../../functions/vending/credential-cache.ts";
import { shareFlights } from "../../functions/vending/one-flight.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, onRotation } from "../support/policies.ts";

const plain: VendRequest = { account: "default", minValiditySeconds: 0, rejectedVersion: null };
const eight = Array.from({ length: 8 });

/** A process that is called several times at once, and the requests that it sends to the store. */
function busyProcess(here: TestDeployment) {
  const deps = here.dependencies();
  const signals: AbortSignal[] = [];
  const counts = { reads: 0, leases: 0 };
  const store: typeof deps.store = {
    ...deps.store,
    read(connection, signal) {
      counts.reads += 1;
      signals.push(signal);
      return deps.store.read(connection, signal);
    },
    takeLease(...wanted) {
      counts.leases += 1;
      return deps.store.takeLease(...wanted);
    },
  };
  const vend = shareFlights({ ...deps, store }, new CredentialCache(deps.clock));
  const within = (ms: number): Deadline => ({
    msLeft: here.clock.countdown(ms),
    signal: here.clock.timeout(ms + 200, new AbortController().signal),
    onBehalfOf: "caller",
  });
  return {
    counts,
    signals,
    vend: (request: Partial<VendRequest> = {}, ms = 10_000) =>
      vend({ ...plain, ...request }, within(ms)),
  };
}

/** Another process holds the lease, and vanishes. */
async function leaseOfAnother(here: TestDeployment, ms: number): Promise<void> {
  const deps = here.dependencies();
  const since = here.clock.now();
  const lease = { owner: "other.1", since, until: plusMs(since, ms), reason: "cold" } as const;
  const connection = connectionOf(deps.realm, "default");
  await deps.store.takeLease(
    connection,
    null,
    { lease, doubtedAt: null },
    new AbortController().signal,
  );
}

const codeOf = (vended: Promise<unknown>) =>
  vended.then(
    () => "vended",
    (error: { code?: string }) => error.code,
  );

describe("calls at once in one process", () => {
  test("with equal demands cost one lookup and get one credential", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend, counts } = busyProcess(here);
    const vended = await Promise.all(eight.map(() => vend()));
    expect(new Set(vended).size).toBe(1);
    expect(counts).toEqual({ reads: 1, leases: 1 });
    expect(here.asked).toHaveLength(1);
  });

  test("of other demands and accounts are looked up by themselves", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend, counts } = busyProcess(here);
    await vend();
    here.clock.advance(31_000);
    counts.reads = 0;
    const [one, other, rejecting, unknown] = await Promise.all([
      vend(),
      vend({ minValiditySeconds: 30 }),
      vend({ rejectedVersion: 1 }),
      codeOf(vend({ account: "nobody" })),
    ]);
    expect([one, other, rejecting].map(({ version }) => version)).toEqual([1, 1, 2]);
    expect(unknown).toBe("unknown-connection");
    expect(counts.reads).toBe(4);
  });

  test("that reject one version get its one successor", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend, counts } = busyProcess(here);
    await vend();
    const renewed = await Promise.all(eight.map(() => vend({ rejectedVersion: 1 })));
    expect(renewed.map(({ version }) => version)).toEqual(eight.map(() => 2));
    expect(here.asked).toHaveLength(2);
    expect(counts.leases).toBe(2);
  });

  test("share a problem, and the next call looks again", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend, counts } = busyProcess(here);
    here.faults.push("unavailable");
    const ends = await Promise.allSettled(eight.map(() => vend()));
    const [first] = ends;
    expect(first).toMatchObject({ status: "rejected", reason: { code: "store-unavailable" } });
    expect(new Set(ends.map((end) => (end as PromiseRejectedResult).reason)).size).toBe(1);
    expect(await vend()).toMatchObject({ version: 1 });
    expect(counts.reads).toBe(2);
  });
});

describe("a caller of a shared flight", () => {
  test("that has more time than the first is not refused for the first one's haste", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend, counts } = busyProcess(here);
    await leaseOfAnother(here, 2500);
    const hurried = codeOf(vend({}, 1000));
    expect(await vend({}, 20_000)).toMatchObject({ version: 1 });
    expect(await hurried).toBe("renewal-in-progress");
    expect(counts.leases).toBe(1);
  });

  test("is answered when its own time is up, and the others go on", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend } = busyProcess(here);
    await leaseOfAnother(here, 2500);
    const begunAt = here.clock.now();
    const patient = vend({}, 20_000);
    const took = vend({}, 1000).catch((error) => [error.code, +here.clock.now() - +begunAt]);
    expect(await took).toEqual(["renewal-in-progress", expect.closeTo(1200, -3)]);
    expect(await patient).toMatchObject({ version: 1 });
  });

  test("that leaves as the last one aborts the lookup, and nobody joins it any more", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend, signals } = busyProcess(here);
    here.clock.sleep = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", reject));
    await leaseOfAnother(here, 30_000);
    const ends = Promise.all([codeOf(vend({}, 1000)), codeOf(vend({}, 5000))]);
    await new Promise(setImmediate);
    here.clock.advance(1300);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    here.clock.advance(4000);
    expect(await ends).toEqual(["renewal-in-progress", "renewal-in-progress"]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    void codeOf(vend());
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test("leaves a lookup that is over as it is", async () => {
    const { vend, signals } = busyProcess(new TestDeployment(atExpiry));
    await Promise.all([vend(), vend()]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

describe("of a shared flight is counted for each caller", () => {
  test("how long it has waited for another process's renewal", async () => {
    const here = new TestDeployment(atExpiry);
    const { vend } = busyProcess(here);
    await leaseOfAnother(here, 3000);
    const { sleep } = here.clock;
    const halfTime = plusMs(here.clock.now(), 1500);
    let late: Promise<unknown> | null = null;
    here.clock.sleep = async (ms, signal) => {
      await sleep.call(here.clock, ms, signal);
      if (here.clock.now() > halfTime) late ??= vend({}, 20_000);
    };
    await Promise.all([vend({}, 20_000), vend({}, 20_000)]);
    await late;
    const waits = here.measured.filter(([measure]) => measure === "LeaseWaitMs");
    const [first, second, third] = waits.map(([, ms]) => ms);
    expect(waits).toHaveLength(3);
    expect(first).toBe(3000);
    expect(second).toBe(first);
    expect(third).toBeLessThan(2000);
  });

  test("the report of a key that is still the secret's; and a renewal once", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    const { vend } = busyProcess(here);
    await Promise.all(eight.map(() => vend()));
    const ends = eight.map(() => codeOf(vend({ rejectedVersion: 1 })));
    expect(new Set(await Promise.all(ends))).toEqual(new Set(["credentials-rejected"]));
    const counted = (name: string) => here.measured.filter(([measure]) => measure === name).length;
    expect(counted("KeyRejections")).toBe(8);
    expect(counted("Issues")).toBe(1);
  });
});
