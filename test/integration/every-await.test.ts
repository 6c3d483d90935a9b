import { expect, it } from "vitest";
import { isAnswer, present } from "../../local/vend-client.ts";
import type { Await, FaultWorld } from "../support/fault-world.ts";
import { faultWorld } from "../support/fault-world.ts";
import type { VendProcess } from "../support/referee.ts";
import { answerOf, sameAnswer, until, wordOf } from "../support/stack-answers.ts";
import type { Held } from "../support/stack-faulty-proxy.ts";

const deadlineMs = 1000;

/** Everything that a first issue waits for, in its order. */
const path = ["read", "lease", "secret", "claim", "data-key", "token", "commit"] as const;
const before = path.map((of): Await => ({ of, when: "before" }));
const after = path.map((of): Await => ({ of, when: "after" }));
const nameOf = ({ of, when }: Await) => `${when}-${of}`;

/** Each await has a connection of its own, and a process to which `befall` happens as soon as it is there. */
async function stopAtEach(
  world: FaultWorld,
  awaits: readonly Await[],
  befall: (process: VendProcess, stop: Held) => void,
) {
  return Promise.all(
    awaits.map(async (at) => {
      const account = nameOf(at);
      await world.account(account);
      const process = await world.start();
      const stop = world.stopAt(at, account);
      const vending = world.vend(process, { account }).catch(() => null);
      await stop.arrived;
      befall(process, stop);
      return { process, stop, vending };
    }),
  );
}

/** Another process vends every account; what it is told is live, and comes while its callers wait. */
async function rescue(world: FaultWorld, awaits: readonly Await[]) {
  const rescuer = await world.start();
  const vended = await Promise.all(
    awaits.map(async (at) => answerOf(await world.vend(rescuer, { account: nameOf(at) }))),
  );
  const statuses = vended.map((answer) => present(answer, world.simulator.pingUrl));
  expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
}

it("a holder killed at any await: the next caller has a token within one lease (P1, P6, P7)", async () => {
  const world = await faultWorld({ deadlineMs });
  const awaits = [...before, ...after];
  await stopAtEach(world, awaits, (process) => process.kill());

  await rescue(world, awaits);

  // A second token only where the first was issued and not stored.
  const issues = awaits.map((at) => [nameOf(at), world.issuesOf(nameOf(at))]);
  const isLost = (name: string) => name === "after-token" || name === "before-commit";
  expect(issues).toEqual(issues.map(([name = ""]) => [name, isLost(String(name)) ? 2 : 1]));
  expect(world.check()).toEqual([]);
});

it("a holder frozen at any await past its lease overwrites nobody when it goes on (P1, P2)", async () => {
  const world = await faultWorld({ deadlineMs });
  const stopped = await stopAtEach(world, after, (process, stop) => {
    process.pause();
    stop.release();
  });

  await rescue(world, after);
  for (const { process } of stopped) process.resume();
  const told = await Promise.all(stopped.map(({ vending }) => vending));

  for (const vended of told) {
    if (!vended || isAnswer(vended)) expect(vended?.version).toBe(1);
    else expect(vended.problem).toMatchObject({ status: 503, retryable: true });
  }
  await rescue(world, after);
  expect(world.check()).toEqual([]);
});

it("a request that arrives long after its caller gave up changes nothing (P2)", async () => {
  // Time enough to ask again what is stopped, on a busy machine too.
  const world = await faultWorld({ deadlineMs: 4000 });
  const ours = before.filter(({ of }) => of !== "token");
  const stopped = await stopAtEach(world, ours, () => undefined);
  const told = await Promise.all(stopped.map(({ vending }) => vending));
  expect(told.map((vended) => vended && wordOf(vended))).toEqual([1, 1, 1, 1, 1, 1]);
  const items = await world.stack.items();

  const seen = world.table.passed.length;
  for (const { stop } of stopped) stop.release();
  // Of the six, four are requests to the table.
  await until("they have arrived", () => world.table.passed.length >= seen + 4);

  expect(await world.stack.items()).toEqual(items);
  expect(world.check()).toEqual([]);
});

it("not promised: a request that the provider processes after our deadline kills the next token; one rejection heals it", async () => {
  const world = await faultWorld({ deadlineMs });
  await world.account("late");
  const [one, other] = [await world.start(), await world.start()];
  const stop = world.stopAt({ of: "token", when: "before" }, "late");
  const told = await world.vend(one, { account: "late" });
  expect(wordOf(told)).toBe("provider-unavailable");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const next = answerOf(await world.vend(other, { account: "late" }));
  expect(await present(next, world.simulator.pingUrl)).toBe(200);

  stop.release();
  await until("the provider has processed it", () => world.issuesOf("late") === 2);

  expect(await present(next, world.simulator.pingUrl)).toBe(401);
  const rejection = { account: "late", rejectedVersion: next.version };
  const healed = sameAnswer(
    await Promise.all([world.vend(one, rejection), world.vend(other, rejection)]),
  );
  expect(await present(healed, world.simulator.pingUrl)).toBe(200);
  expect(world.issuesOf("late")).toBe(3);
  expect(world.check()).toEqual([]);
});
