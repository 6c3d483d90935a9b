import { expect, it } from "vitest";
import { isVendAnswer, useCredential } from "../../local/vend-client.ts";
import type { FaultWorld, InterruptionPoint } from "../support/fault-world.ts";
import { faultWorld } from "../support/fault-world.ts";
import { expectAnswer, sameAnswer, until, versionOrCode } from "../support/stack-answers.ts";
import type { StoppedRequest } from "../support/stack-faulty-proxy.ts";
import type { VendProcess } from "../support/vend-process.ts";

const deadlineMs = 1000;

/** All awaits of a first issue, in order. */
const path = ["read", "lease", "secret", "claim", "data-key", "token", "commit"] as const;
const before = path.map((of): InterruptionPoint => ({ of, when: "before" }));
const after = path.map((of): InterruptionPoint => ({ of, when: "after" }));
const nameOf = ({ of, when }: InterruptionPoint) => `${when}-${of}`;

/** Each await has its own connection, and a process to which `inject` is applied when it reaches the await. */
async function stopAtEach(
  world: FaultWorld,
  awaits: readonly InterruptionPoint[],
  inject: (process: VendProcess, stop: StoppedRequest) => void,
) {
  return Promise.all(
    awaits.map(async (at) => {
      const account = nameOf(at);
      await world.account(account);
      const process = await world.start();
      const { stop, vending } = await world.vendUpTo(at, process, { account });
      const ended = vending.catch(() => null);
      inject(process, stop);
      return { process, stop, vending: ended };
    }),
  );
}

/** Vends as the client does: what only has to be waited for is waited for outside the function, for ten seconds. */
async function vendPatiently(world: FaultWorld, process: VendProcess, account: string) {
  const givesUpAt = Date.now() + 10_000;
  for (;;) {
    const answer = await world.vend(process, { account });
    const { code, retryAfterSeconds = 0 } = isVendAnswer(answer) ? {} : answer.problem;
    const waitMs = code === "renewal-in-progress" ? retryAfterSeconds * 1000 : 0;
    if (waitMs === 0 || Date.now() + waitMs > givesUpAt) return expectAnswer(answer);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** Another process vends every account; its answers are valid tokens, within its callers' deadlines. */
async function rescue(world: FaultWorld, awaits: readonly InterruptionPoint[]) {
  const rescuer = await world.start();
  const vended = await Promise.all(awaits.map((at) => vendPatiently(world, rescuer, nameOf(at))));
  const statuses = vended.map((answer) => useCredential(answer, world.simulator.pingUrl));
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

it("a holder suspended at any await past its lease overwrites nothing when it resumes (P1, P2)", async () => {
  const world = await faultWorld({ deadlineMs });
  const stopped = await stopAtEach(world, after, (process, stop) => {
    process.pause();
    stop.release();
  });

  await rescue(world, after);
  for (const { process } of stopped) process.resume();
  const told = await Promise.all(stopped.map(({ vending }) => vending));

  for (const vended of told) {
    if (!vended || isVendAnswer(vended)) expect(vended?.version).toBe(1);
    else expect(vended.problem).toMatchObject({ status: 503, retryable: true });
  }
  await rescue(world, after);
  expect(world.check()).toEqual([]);
});

it("a request that arrives long after its caller gave up changes nothing (P2)", async () => {
  // Enough time to retry a stopped request, on a busy machine too.
  const world = await faultWorld({ deadlineMs: 4000 });
  const ours = before.filter(({ of }) => of !== "token");
  const stopped = await stopAtEach(world, ours, () => undefined);
  const told = await Promise.all(stopped.map(({ vending }) => vending));
  expect(told.map((vended) => vended && versionOrCode(vended))).toEqual([1, 1, 1, 1, 1, 1]);
  const items = await world.stack.items();

  const seen = world.table.passed.length;
  for (const { stop } of stopped) stop.release();
  // Four of the six are requests to the table.
  await until("they have arrived", () => world.table.passed.length >= seen + 4);

  expect(await world.stack.items()).toEqual(items);
  expect(world.check()).toEqual([]);
});

it("not promised: a request that the provider processes after our deadline revokes the next token, which one rejection replaces", async () => {
  const world = await faultWorld({ deadlineMs });
  await world.account("late");
  const [one, other] = [await world.start(), await world.start()];
  const stop = world.stopAt({ of: "token", when: "before" }, "late");
  const told = await world.vend(one, { account: "late" });
  expect(versionOrCode(told)).toBe("provider-unavailable");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const next = expectAnswer(await world.vend(other, { account: "late" }));
  expect(await useCredential(next, world.simulator.pingUrl)).toBe(200);

  stop.release();
  await until("the provider has processed it", () => world.issuesOf("late") === 2);

  expect(await useCredential(next, world.simulator.pingUrl)).toBe(401);
  const rejection = { account: "late", rejectedVersion: next.version };
  const healed = sameAnswer(
    await Promise.all([world.vend(one, rejection), world.vend(other, rejection)]),
  );
  expect(await useCredential(healed, world.simulator.pingUrl)).toBe(200);
  expect(world.issuesOf("late")).toBe(3);
  expect(world.check()).toEqual([]);
});
