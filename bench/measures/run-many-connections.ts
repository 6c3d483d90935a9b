import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { moduleOf, product } from "../candidates/candidate.ts";
import type { CalledProcess } from "../processes/called-process.ts";
import { startCalledProcess } from "../processes/called-process.ts";
import type { BenchConnection } from "../world/connection.ts";
import type { BenchWorld, ServiceCounts, TableUsage } from "../world/world.ts";
import { bundleFile, stopAll } from "../world/world.ts";
import type { MeasureContext } from "./measure.ts";

/** Connections of one realm. */
export const manyConnections = 10_000;
/** Of their tokens. Evenly spread, so many are due a second. */
export const manyLifetimeMs = 300_000;
/** What a tick has left when it is called: a lease must fit into it. */
const remainingMs = { warmUp: 10_000, steady: 24_000, backlog: 24_000, twoTicks: 24_000 };
const warmUps = 60;
const callers = 60;
/** Once the tick is at work. */
const callersComeMs = 3000;
const environment = "many";
const realm = `client-credentials/${environment}`;
/** A deadline that the provider keeps although it shares its core. */
const settings = { deadlineMs: 3000, onIssue: "coexist" };
const createdTogether = 500;
const hourMs = 3_600_000;

/** What a tick answered, and what it took. */
interface TickReport {
  readonly renewed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly cpuMs: number;
  readonly heapMb: number;
}

/** One tick or two at once, and what was asked of the services meanwhile, by callers too. */
export interface TickRun {
  readonly ticks: readonly TickReport[];
  readonly tookMs: number;
  readonly usage: TableUsage;
  readonly services: ServiceCounts;
}

/** What became of callers whose connection had waited in vain for the schedule. */
interface CallerReport {
  readonly failed: number;
  readonly tookMs: readonly number[];
}

interface BacklogRun extends TickRun {
  readonly overdue: number;
  /** How many the schedule renewed although one that was due sooner is left. */
  readonly outOfOrder: number;
  readonly callers: CallerReport;
}

interface StatusReport {
  readonly pages: number;
  readonly connections: number;
  readonly tookMs: number;
  readonly usage: TableUsage;
}

export interface ManyRuns {
  readonly steady: TickRun;
  readonly backlog: BacklogRun;
  readonly twoTicks: TickRun;
  readonly status: StatusReport;
}

interface Processes {
  readonly vending: CalledProcess;
  readonly ticking: readonly [CalledProcess, CalledProcess];
  readonly listing: CalledProcess;
}

const fileOf = (name: string) => path.join(import.meta.dirname, "../processes", `${name}.mjs`);
const nameOf = ({ account }: BenchConnection) => `${realm}/${account}`;

/** Fills a table with the connections, and lets the built functions work on it. */
export async function runManyConnections({ world, progress }: MeasureContext): Promise<ManyRuns> {
  const processes = await startProcesses(world);
  const [first, second] = processes.ticking;
  try {
    await world.behave({ lifetimeMs: manyLifetimeMs });
    progress("10,000 connections: creating their secrets");
    const [vended, ...others] = await createAll(world);
    if (!vended) throw new RangeError("There are no connections.");
    await vend(processes.vending, vended);
    const table = plantedTable(world, nameOf(vended));

    progress("10,000 connections: warming up");
    await table.plant(others.splice(0, warmUps).map(nameOf), 0, 1);
    await Promise.all([first, second].map((one) => tickIn(one, remainingMs.warmUp)));

    progress("10,000 connections: a tick");
    await table.plant(others.map(nameOf), 1000, manyLifetimeMs);
    const steady = await runTicks(world, [first], remainingMs.steady);

    progress("10,000 connections: a tick with a backlog");
    await table.plant(await table.left(), -manyLifetimeMs, manyLifetimeMs);
    const backlog = await runBacklog(world, processes, others, table);

    progress("10,000 connections: two ticks at once");
    const twoTicks = await runTicks(world, [first, second], remainingMs.twoTicks);
    progress("10,000 connections: their status");
    const status = await readStatus(world, processes.listing);
    return { steady, backlog, twoTicks, status };
  } finally {
    await stopAll([processes.vending, first, second, processes.listing]);
    await world.behave();
  }
}

/** Remembers what was planted last, by which a renewal is recognised. */
function plantedTable(world: BenchWorld, from: string) {
  let planted = new Map<string, number>();
  const plant = async (connections: readonly string[], fromMs: number, overMs: number) => {
    const begin = Date.now() + fromMs;
    const step = overMs / connections.length;
    const dueAt = (at: number) => Math.round(begin + at * step);
    const copies = connections.map((connection, at) => ({ connection, dueAt: dueAt(at) }));
    await world.plant({ from, copies, keptUntil: Date.now() + hourMs });
    planted = new Map(copies.map((copy) => [copy.connection, copy.dueAt]));
  };
  /** Those of them that nobody has renewed since, soonest first. */
  const left = async () =>
    (await world.due(environment))
      .filter(({ connection, dueAt }) => planted.get(connection) === dueAt)
      .map(({ connection }) => connection);
  return { plant, left, order: () => [...planted.keys()] };
}

async function runTicks(
  world: BenchWorld,
  processes: readonly CalledProcess[],
  forMs: number,
): Promise<TickRun> {
  const before = await world.serviceCounts();
  await world.beginUsage();
  const begunAt = performance.now();
  const ticks = await Promise.all(processes.map((one) => tickIn(one, forMs)));
  const tookMs = performance.now() - begunAt;
  const usage = await world.usage();
  return { ticks, tookMs, usage, services: countsSince(before, await world.serviceCounts()) };
}

/** Everything is overdue. Meanwhile callers ask for connections at which the tick has not yet arrived. */
async function runBacklog(
  world: BenchWorld,
  { vending, ticking }: Processes,
  connections: readonly BenchConnection[],
  table: ReturnType<typeof plantedTable>,
): Promise<BacklogRun> {
  const order = table.order();
  const byName = new Map(connections.map((connection) => [nameOf(connection), connection]));
  // Far from the tick, and with tokens that have ended.
  const asked = order
    .slice(-order.length / 4)
    .flatMap((name) => byName.get(name) ?? [])
    .slice(0, callers);
  const ask = async () => {
    await sleep(callersComeMs);
    const outcomes: CallOutcome[] = [];
    for (const connection of asked) outcomes.push(await vend(vending, connection));
    return outcomes;
  };
  const [run, outcomes] = await Promise.all([
    runTicks(world, [ticking[0]], remainingMs.backlog),
    ask(),
  ]);
  const left = new Set(await table.left());
  const isAsked = new Set(asked.map(nameOf));
  const waiting = order.filter((name) => !isAsked.has(name));
  const firstLeft = waiting.findIndex((name) => left.has(name));
  const outOfOrder = waiting.filter((name, at) => at > firstLeft && !left.has(name)).length;
  const tookMs = outcomes.map(({ begunAt, endedAt }) => endedAt - begunAt);
  const failed = outcomes.filter(({ problem }) => problem !== null).length;
  return { ...run, overdue: order.length, outOfOrder, callers: { failed, tookMs } };
}

async function readStatus(world: BenchWorld, listing: CalledProcess): Promise<StatusReport> {
  await world.beginUsage();
  const answer = await listing.call<Omit<StatusReport, "usage">>("list", { realm });
  return { ...answer, usage: await world.usage() };
}

function countsSince(before: ServiceCounts, after: ServiceCounts): ServiceCounts {
  return {
    secretsManager: after.secretsManager - before.secretsManager,
    kms: after.kms - before.kms,
    issues: after.issues - before.issues,
  };
}

interface CallOutcome {
  readonly problem: string | null;
  readonly begunAt: number;
  readonly endedAt: number;
}

async function vend(vending: CalledProcess, connection: BenchConnection): Promise<CallOutcome> {
  const call = { id: product.id, connection, atEpochMs: 0, calls: 1 };
  const [outcome] = await vending.call<readonly CallOutcome[]>("burst", call);
  if (!outcome) throw new Error("The vending process answers nothing.");
  return outcome;
}

function tickIn(ticking: CalledProcess, forMs: number): Promise<TickReport> {
  return ticking.call<TickReport>("tick", { remainingMs: forMs });
}

/** A few hundred at a time: the process that creates them is the provider too. */
async function createAll(world: BenchWorld): Promise<readonly BenchConnection[]> {
  const all: BenchConnection[] = [];
  while (all.length < manyConnections) {
    all.push(...(await world.createConnections(createdTogether, environment)));
  }
  return all;
}

async function startProcesses(world: BenchWorld): Promise<Processes> {
  const variables = world.variables({ environment, settings, sealedBy: "kms" });
  const { provider, onIssue, earlySeconds } = JSON.parse(variables["REALM"] ?? "");
  const summary = { provider, environment, onIssue, earlySeconds };
  const [vending, first, second, listing] = await Promise.all([
    startCalledProcess(fileOf("candidate-process"), variables),
    startCalledProcess(fileOf("tick-process"), variables),
    startCalledProcess(fileOf("tick-process"), variables),
    startCalledProcess(fileOf("status-process"), {
      ...variables,
      REALMS: JSON.stringify([summary]),
    }),
  ]);
  const options = { storeUrl: "", bundle: bundleFile("vend-token") };
  await Promise.all([
    vending.call("open", { id: product.id, module: moduleOf(product), options }),
    first.call("open", { bundle: bundleFile("renew-tokens") }),
    second.call("open", { bundle: bundleFile("renew-tokens") }),
    listing.call("open", { bundle: bundleFile("list-connections") }),
  ]);
  return { vending, ticking: [first, second], listing };
}
