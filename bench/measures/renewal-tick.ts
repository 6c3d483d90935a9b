import path from "node:path";
import { moduleOf, product } from "../candidates/candidate.ts";
import { startCalledProcess } from "../processes/called-process.ts";
import { formatEstimate } from "../report/format-estimate.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { median } from "../statistics/quantile.ts";
import type { BenchConnection } from "../world/connection.ts";
import type { BenchWorld } from "../world/world.ts";
import { bundleFile } from "../world/world.ts";
import type { BenchMeasure, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";

const connections = 50;
/** Short, so that each connection is due in a tick of seconds. */
const lifetimeMs = 3100;
const tickMs = 8000;
const usualTicks = 2;
const environment = "tick";
/** A lease must end within the tick. Tokens that coexist, as most do: no revocation scope is claimed. */
const settings = { deadlineMs: 1000, onIssue: "coexist" };
const file = path.join(import.meta.dirname, "../processes/tick-process.mjs");

interface Tick {
  /** As the provider saw it. */
  readonly renewed: number;
  readonly failed: number;
  readonly cpuMs: number;
  readonly requests: number;
}

type TickAnswer = Pick<Tick, "failed" | "cpuMs">;

/** The schedule renews what is due. */
export const measureRenewalTick: BenchMeasure = async (context) => {
  const ticks = await runTicks(context);
  const about = (value: (tick: Tick) => number): Estimate =>
    estimate(ticks, (drawn) => median(drawn.map(value)));
  const requests = about((tick) => tick.requests / tick.renewed);
  const cpu = about((tick) => tick.cpuMs / tick.renewed);
  const renewed = ticks.reduce((sum, tick) => sum + tick.renewed, 0);
  const failed = ticks.reduce((sum, tick) => sum + tick.failed, 0);
  return {
    title: "Renewal tick",
    text:
      `A warm \`renew-tokens\` renews ${connections} connections whose tokens live for ${lifetimeMs / 1000} s, each ` +
      `when it is due: ${renewed} renewals in ${ticks.length} ticks, ${failed} failures.`,
    table: {
      heading: ["a renewal costs", ""],
      rows: [
        ["requests to the store", formatEstimate(requests)],
        ["CPU, ms", formatEstimate(cpu)],
      ],
    },
    figures: { "tick-failures": counted(failed), "tick-requests": requests, "tick-cpu": cpu },
  };
};

async function runTicks(context: MeasureContext): Promise<readonly Tick[]> {
  const { world } = context;
  const variables = world.variables({ environment, settings });
  const vending = await startCalledProcess(
    path.join(import.meta.dirname, "../processes/candidate-process.mjs"),
    variables,
  );
  const ticking = await startCalledProcess(file, variables);
  try {
    await world.behave({ lifetimeMs });
    const all = await world.createConnections(connections, environment);
    const options = { storeUrl: "", bundle: bundleFile("vend-token") };
    await vending.call("open", { id: product.id, module: moduleOf(product), options });
    await ticking.call("open", { bundle: bundleFile("renew-tokens") });
    context.progress("renewal tick: warming up");
    const call = { id: product.id, atEpochMs: 0, calls: 1 };
    await Promise.all(all.map((connection) => vending.call("burst", { ...call, connection })));
    await ticking.call("tick", { remainingMs: tickMs });
    const ticks: Tick[] = [];
    const count = blocksOf(context, usualTicks);
    for (let block = 1; block <= count; block += 1) {
      context.progress(`renewal tick ${block} of ${count}`);
      await world.resetRequests();
      const before = await countIssues(world, all);
      const answer = await ticking.call<TickAnswer>("tick", { remainingMs: tickMs });
      const requests = await world.requests();
      ticks.push({ ...answer, requests, renewed: (await countIssues(world, all)) - before });
    }
    return ticks;
  } finally {
    await Promise.all([vending.stop(), ticking.stop()]);
    await world.behave();
  }
}

async function countIssues(world: BenchWorld, connections: readonly BenchConnection[]) {
  const issues = await Promise.all(connections.map((connection) => world.issues(connection)));
  return issues.flat().length;
}
