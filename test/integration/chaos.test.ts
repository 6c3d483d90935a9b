import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Answer } from "../../functions/http/contract.ts";
import { recordOf } from "../../functions/store/items.ts";
import { isAnswer, present } from "../../local/vend-client.ts";
import { seededRandom } from "../simulation/virtual-time.ts";
import type { FaultWorld } from "../support/fault-world.ts";
import { faultWorld } from "../support/fault-world.ts";
import { proveLedger } from "../support/prove-ledger.ts";
import type { VendProcess } from "../support/referee.ts";

const deadlineMs = 500;
const lifetimeMs = 2500;
const chaosMs = 12_000;
const accounts = ["one", "two", "three"];
const processes = 5;

/** Callers of one process, until it is killed; each account is rejected once by a caller that is mistaken. */
async function callers(
  world: FaultWorld,
  process: VendProcess,
  random: () => number,
  isOver: () => boolean,
  mistakes: Set<string>,
) {
  while (!isOver()) {
    const account = accounts[Math.floor(random() * accounts.length)] ?? "one";
    const vended = await world.vend(process, { account }).catch(() => null);
    if (!vended) return;
    if (isAnswer(vended) && random() < 0.02 && mistakes.delete(account)) {
      await world.vend(process, { account, rejectedVersion: vended.version }).catch(() => null);
    }
    await sleep(20 + random() * 80);
  }
}

/** Kills, freezes past the lease, cuts the table off, and has the provider drop answers; then all is well again. */
async function rage(
  world: FaultWorld,
  crew: VendProcess[],
  random: () => number,
  join: () => Promise<void>,
) {
  const until = Date.now() + chaosMs;
  const frozen: Promise<void>[] = [];
  const deeds: Record<string, number> = { kill: 0, freeze: 0, cut: 0, drop: 0 };
  const victim = () => crew[Math.floor(random() * crew.length)];
  const acts = {
    async kill() {
      const [gone] = crew.splice(Math.floor(random() * crew.length), 1);
      await gone?.kill();
      await join();
    },
    async freeze() {
      const process = victim();
      process?.pause();
      frozen.push(sleep(500 + random() * 3500).then(() => process?.resume()));
    },
    async cut() {
      await world.table.cut(random() < 0.5 ? "reset" : "refused");
      await sleep(50 + random() * 300);
      await world.table.mend();
    },
    async drop() {
      world.simulator.misbehave({
        kind: "destroy",
        when: random() < 0.5 ? "after-handling" : "half-body",
      });
    },
  };
  while (Date.now() < until) {
    const [name, act] = Object.entries(acts)[Math.floor(random() * 4)] ?? expect.fail();
    await act();
    deeds[name] = (deeds[name] ?? 0) + 1;
    await sleep(100 + random() * 400);
  }
  await Promise.all(frozen);
  world.simulator.restore();
  return deeds;
}

/** Once nothing fails any more there is a token: after what a caller is told to wait for. */
async function whenHealed(
  world: FaultWorld,
  process: VendProcess,
  account: string,
): Promise<Answer> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const vended = await world.vend(process, { account });
    if (isAnswer(vended)) return vended;
    await sleep((vended.problem.retryAfterSeconds ?? 0) * 1000);
  }
  return expect.fail(`${account} does not heal.`);
}

it("after twelve seconds of kills, freezes and cuts, log and ledgers prove what the provider's own journal says (P13)", async () => {
  const world = await faultWorld({ deadlineMs, lifetimeMs });
  const seed = Date.now() % 1_000_000;
  const random = seededRandom(seed);
  for (const account of accounts) await world.account(account);
  world.simulator.settings.latencyMs = 60;
  const crew: VendProcess[] = [];
  const mistakes = new Set(accounts);
  const working: Promise<void>[] = [];
  let isOver = false;
  const join = async () => {
    const process = await world.start();
    crew.push(process);
    working.push(callers(world, process, random, () => isOver, mistakes));
  };
  await Promise.all(Array.from({ length: processes }, join));

  const deeds = await rage(world, crew, random, join);
  isOver = true;
  await Promise.all(working);

  expect(Math.min(...Object.values(deeds)), `seed ${seed}`).toBeGreaterThan(0);
  const last = await world.start();
  for (const account of accounts) {
    const answer = await whenHealed(world, last, account);
    expect(await present(answer, world.simulator.pingUrl)).toBe(200);
  }
  expect(world.check(), `seed ${seed}`).toEqual([]);

  for (const account of accounts) {
    const item = await world.stack.item(`conferma/test/${account}`);
    const proof = proveLedger(recordOf(item ?? expect.fail()), world.stack.events(), lifetimeMs);
    expect(proof.broken).toEqual([]);
    const known = new Set([...proof.issued.values(), ...proof.late]);
    const journal = world.journalOf(account).map(({ fingerprint }) => fingerprint);
    expect(journal.length).toBeGreaterThan(3);
    expect(new Set(journal).size).toBe(journal.length);
    expect([...known].filter((each) => !journal.includes(each))).toEqual([]);
    const unseen = journal.filter((each) => !known.has(each ?? ""));
    expect(unseen.length).toBeLessThanOrEqual(proof.unknown.length);
  }
}, 60_000);
