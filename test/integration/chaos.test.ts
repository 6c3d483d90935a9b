import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { VendAnswer } from "../../functions/http/contract.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import { isVendAnswer, useCredential } from "../../local/vend-client.ts";
import { seededRandom } from "../simulation/virtual-time.ts";
import type { FaultWorld, InterruptionPoint } from "../support/fault-world.ts";
import { faultWorld } from "../support/fault-world.ts";
import { proveLedger } from "../support/prove-ledger.ts";
import type { VendProcess } from "../support/vend-process.ts";

const deadlineMs = 500;
const leaseMs = deadlineMs + 2000 + 250;
const lifetimeMs = 1000;
const chaosMs = 15_000;
const accounts = ["one", "two", "three", "four"];
const processes = 5;
/** The critical moments: the lease was just granted, the token has just arrived, the commit was just made. */
const tender: readonly InterruptionPoint[] = [
  { of: "lease", when: "after" },
  { of: "commit", when: "before" },
  { of: "commit", when: "after" },
];

/** The faults so far, and the processes that are left. */
class Chaos {
  readonly deeds = { killed: 0, frozen: 0, cut: 0, dropped: 0 };
  isOver = false;
  readonly #world: FaultWorld;
  readonly #random: () => number;
  readonly #working: Promise<void>[] = [];
  /** Each account's token is rejected once, although it is valid. */
  readonly #mistakes = new Set(accounts);

  constructor(world: FaultWorld, seed: number) {
    this.#world = world;
    this.#random = seededRandom(seed);
  }

  async join(): Promise<void> {
    const process = await this.#world.start();
    this.#working.push(this.#call(process));
  }

  async rage(): Promise<void> {
    const until = Date.now() + chaosMs;
    const acts = [
      () => this.#strike(),
      () => this.#strike(),
      () => this.#cut(),
      () => this.#drop(),
    ];
    // A slow machine has time for few faults; each kind is injected nevertheless.
    while (Date.now() < until || Object.values(this.deeds).includes(0)) {
      await this.#oneOf(acts)();
      await sleep(50 + this.#random() * 250);
    }
    this.isOver = true;
    this.#world.simulator.clearFaults();
    await Promise.all(this.#working);
  }

  /** Callers of one process, until it is killed. */
  async #call(process: VendProcess): Promise<void> {
    while (!this.isOver) {
      const account = this.#oneOf(accounts);
      const vended = await this.#world.vend(process, { account }).catch(() => null);
      if (!vended) return;
      if (isVendAnswer(vended) && this.#random() < 0.02 && this.#mistakes.delete(account)) {
        const rejection = { account, rejectedVersion: vended.version };
        await this.#world.vend(process, rejection).catch(() => null);
      }
      await sleep(20 + this.#random() * 60);
    }
  }

  /** Kills or suspends a holder during its issue. */
  async #strike(): Promise<void> {
    const stop = this.#world.stopAt(this.#oneOf(tender), this.#oneOf(accounts));
    const passing = await Promise.race([stop.arrived, sleep(1500, null)]);
    const holder = passing && this.#world.senderOf(passing);
    if (holder && this.deeds.killed <= this.deeds.frozen) {
      this.deeds.killed += 1;
      await holder.kill();
      await this.join();
    } else if (holder) {
      this.deeds.frozen += 1;
      holder.pause();
      this.#working.push(sleep(leaseMs * (0.5 + this.#random())).then(() => holder.resume()));
    }
    stop.release();
  }

  async #cut(): Promise<void> {
    this.deeds.cut += 1;
    await this.#world.table.cut(this.#random() < 0.5 ? "reset" : "refused");
    await sleep(50 + this.#random() * 300);
    await this.#world.table.restore();
  }

  async #drop(): Promise<void> {
    this.deeds.dropped += 1;
    const when = this.#random() < 0.5 ? "after-handling" : "half-body";
    this.#world.simulator.injectFault({ kind: "destroy", when });
  }

  #oneOf<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }
}

/** Once nothing fails any more, there is a token after the stated time to wait. */
async function whenHealed(
  world: FaultWorld,
  process: VendProcess,
  account: string,
): Promise<VendAnswer> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const vended = await world.vend(process, { account });
    if (isVendAnswer(vended)) return vended;
    await sleep((vended.problem.retryAfterSeconds ?? 0) * 1000);
  }
  return expect.fail(`${account} does not heal.`);
}

it("with crashed and suspended processes and lost messages, log and ledgers agree with the provider's journal (P13)", async () => {
  const world = await faultWorld({ deadlineMs, lifetimeMs });
  world.simulator.settings.latencyMs = 50;
  for (const account of accounts) await world.account(account);
  const seed = Date.now() % 1_000_000;
  const chaos = new Chaos(world, seed);
  await Promise.all(Array.from({ length: processes }, () => chaos.join()));

  await chaos.rage();

  const told = `seed ${seed}, ${JSON.stringify(chaos.deeds)}`;
  expect(Math.min(...Object.values(chaos.deeds)), told).toBeGreaterThan(0);
  const last = await world.start();
  for (const account of accounts) {
    const answer = await whenHealed(world, last, account);
    expect(await useCredential(answer, world.simulator.pingUrl), told).toBe(200);
  }
  expect(world.check(), told).toEqual([]);

  let unlogged = 0;
  for (const account of accounts) {
    const item = await world.stack.item(`conferma/test/${account}`);
    const proof = proveLedger(readRecord(item ?? expect.fail()), world.stack.events(), lifetimeMs);
    expect(proof.broken, told).toEqual([]);
    unlogged += proof.unlogged.length;

    const journal = world.journalOf(account).map(({ fingerprint = "" }) => fingerprint);
    const known = new Set([...proof.issued.values(), ...proof.late]);
    expect(journal.length, told).toBeGreaterThan(2);
    expect(journal, told).toEqual([...new Set(journal)]);
    expect(journal, told).toEqual(expect.arrayContaining([...known]));
    const unseen = journal.filter((fingerprint) => !known.has(fingerprint));
    expect(unseen.length, told).toBeLessThanOrEqual(proof.unknown.length);
  }
  // Only a killed process does not log its committed token.
  expect(unlogged, told).toBeLessThanOrEqual(chaos.deeds.killed);
});
