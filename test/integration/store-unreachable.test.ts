import { expect, it } from "vitest";
import { useCredential } from "../../local/vend-client.ts";
import { faultWorld } from "../support/fault-world.ts";
import { expectAnswer, expectProblem, versionOrCode } from "../support/stack-answers.ts";
import type { Outage } from "../support/stack-faulty-proxy.ts";

const deadlineMs = 1000;
const outages: readonly Outage[] = ["refused", "reset", "black-hole"];
/** The caller's time-out, which no process exceeds. */
const patienceMs = 6000;
/** The provider has answered; the holder does not know it yet. */
const answered = { of: "token", when: "after" } as const;

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const begun = performance.now();
  return { value: await work, ms: performance.now() - begun };
}

it.each(outages)(
  "a table out of reach (%s): nobody goes unlocked, and what is remembered is still vended (P3)",
  async (outage) => {
    const world = await faultWorld({ deadlineMs });
    const [one, other] = [await world.start(), await world.start()];
    const remembered = expectAnswer(await world.vend(one));
    await world.table.cut(outage);

    const [there, nowhere] = await Promise.all([
      timed(world.vend(one, {}, patienceMs)),
      timed(world.vend(other, {}, patienceMs)),
    ]);

    expect(expectAnswer(there.value)).toEqual(remembered);
    const refusal = { code: "store-unavailable", status: 503, retryable: true };
    expect(expectProblem(nowhere.value)).toMatchObject(refusal);
    expect(nowhere.ms).toBeLessThan(patienceMs);
    expect(world.issuesOf("default")).toBe(1);
    await world.table.restore();
    expect(expectAnswer(await world.vend(other))).toEqual(remembered);
    expect(world.check()).toEqual([]);
  },
);

it.each(outages)(
  "a table lost between answer and commit (%s): the token is named, not vended, and replaced (P6, P7)",
  async (outage) => {
    const world = await faultWorld({ deadlineMs });
    const [holder, other] = [await world.start(), await world.start()];
    const { stop, vending } = await world.vendUpTo(answered, holder, {}, patienceMs);
    await world.table.cut(outage);
    stop.release();

    const { value, ms } = await timed(vending);
    expect(expectProblem(value)).toMatchObject({ code: "store-unavailable", retryable: true });
    expect(ms).toBeLessThan(patienceMs);
    expect(world.stack.events("late-issue")).toHaveLength(1);

    await world.table.restore();
    const next = expectAnswer(await world.vend(other));
    expect(await useCredential(next, world.simulator.pingUrl)).toBe(200);
    expect(world.issuesOf("default")).toBe(2);
    expect(world.check()).toEqual([]);
  },
);

it.each(outages)(
  "a table lost for a moment at the commit (%s): the token is stored all the same (P7)",
  async (outage) => {
    const world = await faultWorld({ deadlineMs: 3000 });
    const holder = await world.start();
    const { stop, vending } = await world.vendUpTo(answered, holder, {}, patienceMs);
    await world.table.cut(outage);
    stop.release();
    setTimeout(() => void world.table.restore(), 700);

    expect(versionOrCode(await vending)).toBe(1);
    expect(world.issuesOf("default")).toBe(1);
    expect(world.check()).toEqual([]);
  },
);
