import { setTimeout as sleep } from "node:timers/promises";
import { commitReserveMs, secretReserveMs } from "../../functions/model/time-limits.ts";
import { startVendProcess } from "../../test/support/vend-process.ts";
import { formatEstimate } from "../report/format-estimate.ts";
import { estimate } from "../statistics/bootstrap.ts";
import { median } from "../statistics/quantile.ts";
import type { BenchWorld } from "../world/world.ts";
import { bundleFile, stopAll } from "../world/world.ts";
import type { BenchMeasure } from "./measure.ts";

const count = 5;
const survivors = 3;
const deadlineMs = 1000;
/** A lease is longer than a provider call by what is reserved for the secret and for the commit. */
const leaseMs = secretReserveMs + deadlineMs + commitReserveMs;
const issueMs = 600;
const environment = "death";

/** The process that renews is killed while the provider answers it. */
export const measureLeaderDeath: BenchMeasure = async ({ world, progress }) => {
  await world.behave({ issueMs });
  const deaths: number[] = [];
  for (let death = 1; death <= count; death += 1) {
    progress(`death of the leader ${death} of ${count}`);
    deaths.push((await killLeader(world)) / leaseMs);
  }
  await world.behave();
  const ratio = estimate(deaths, median);
  return {
    title: "Death of the leader",
    text:
      `The process that holds the lease is killed while the provider answers; ${survivors} others wait. From the ` +
      `lease's write until another one calls the provider, as a multiple of the lease, ${leaseMs / 1000} s.`,
    table: {
      heading: ["deaths", "÷ lease"],
      rows: [[String(count), formatEstimate(ratio, 3)]],
    },
    figures: { "leader-death": ratio },
  };
};

/** Milliseconds from the leader's lease until its successor called the provider. */
async function killLeader(world: BenchWorld): Promise<number> {
  const connection = await world.createConnection(environment);
  const variables = world.variables({ environment, settings: { deadlineMs } });
  const processes = await Promise.all(
    Array.from({ length: survivors + 1 }, () =>
      startVendProcess(bundleFile("vend-token"), variables),
    ),
  );
  try {
    const [leader, ...others] = processes;
    const { account } = connection;
    await world.resetRequests();
    leader?.vend({ account }).catch(() => undefined);
    const leaseAt = await firstWrite(world);
    const waiting = Promise.all(others.map((one) => one.vend({ account }, 20_000)));
    await sleep(100);
    await leader?.kill();
    const answers = await waiting;
    if (answers.some((answer) => "problem" in answer)) throw new Error("A survivor got no token.");
    const issuedAt = (await world.issues(connection)).at(-1) ?? Number.NaN;
    return issuedAt - issueMs - leaseAt;
  } finally {
    await stopAll(processes);
  }
}

async function firstWrite(world: BenchWorld): Promise<number> {
  for (;;) {
    const [at] = await world.writes();
    if (at !== undefined) return at;
    await sleep(5);
  }
}
