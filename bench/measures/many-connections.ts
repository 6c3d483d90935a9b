import { formatNumber } from "../report/format-estimate.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import { counted } from "../statistics/bootstrap.ts";
import { quantile } from "../statistics/quantile.ts";
import type { BenchMeasure } from "./measure.ts";
import type { ManyRuns, TickRun } from "./run-many-connections.ts";
import { manyConnections, manyLifetimeMs, runManyConnections } from "./run-many-connections.ts";

const titles = ["a tick", "a tick with a backlog", "two ticks at once with a backlog"];

/** Many connections of one realm: a tick that keeps up, one that does not, two at once, and the status of all. */
export const measureManyConnections: BenchMeasure = async (context) => {
  const runs = await runManyConnections(context);
  const { steady, backlog, twoTicks, status } = runs;
  const { callers } = backlog;
  const count = manyConnections.toLocaleString("en-US");
  const all = [steady, backlog, twoTicks];
  return {
    title: `${count} connections`,
    text:
      `A warm \`renew-tokens\` and ${count} connections of one realm whose tokens live for ${manyLifetimeMs / 60_000} ` +
      `minutes, sealed with KMS; their records are copies of one. First they are due evenly, ` +
      `${formatNumber(manyConnections / (manyLifetimeMs / 1000), 0)} a second. Then ${formatNumber(backlog.overdue)} of ` +
      "them are overdue; for the rest of those two ticks run at once, as they do when each takes longer than a minute. " +
      "Each tick has 24 s and not two minutes, and begins nothing in the last seven. Units are counted by the sizes of the " +
      "items, as DynamoDB bills them; short tokens and a ledger of one entry make them fewer than those of a record in " +
      "long use. The renewals a second depend on how much this machine does besides: the store, " +
      "KMS and the provider run on it too. " +
      `Of the overdue, ${backlog.outOfOrder} were renewed although one that was due sooner was left. Meanwhile ` +
      `${callers.tookMs.length} callers asked for connections that the tick had not reached: ${callers.failed} failed, and ` +
      `the others renewed for themselves in ${formatNumber(quantile(callers.tookMs, 0.5), 0)} ms (p50), ` +
      `${formatNumber(quantile(callers.tookMs, 0.99), 0)} ms (p99). To list the status of all ${count} took ` +
      `${status.pages} pages, ${status.usage.byOperation["Query"]} queries, ` +
      `${status.usage.byOperation["BatchGetItem"]} batches, ${formatNumber(status.usage.readUnits, 0)} read units and ` +
      `${formatNumber(status.tookMs / 1000)} s.`,
    table: {
      heading: ["", ...titles],
      rows: rowsOf(all),
    },
    figures: figuresOf(runs),
  };
};

function rowsOf(runs: readonly TickRun[]): readonly (readonly string[])[] {
  const row = (name: string, value: (run: TickRun) => number) => [
    name,
    ...runs.map((run) => formatNumber(value(run))),
  ];
  const perRenewal = (value: (run: TickRun) => number) => (run: TickRun) =>
    value(run) / renewed(run);
  return [
    row("renewed", renewed),
    row("renewals a second", (run) => renewed(run) / (run.tookMs / 1000)),
    row("CPU per renewal, ms", perRenewal(cpuMs)),
    row("requests to DynamoDB per renewal", perRenewal(requests)),
    row(
      "read units per renewal",
      perRenewal(({ usage }) => usage.readUnits),
    ),
    row(
      "write units per renewal",
      perRenewal(({ usage }) => usage.writeUnits),
    ),
    row(
      "of them in the index",
      perRenewal(({ usage }) => usage.indexWriteUnits),
    ),
    row(
      "refused writes per renewal",
      perRenewal(({ usage }) => usage.refusedWrites),
    ),
    row(
      "requests to KMS per renewal",
      perRenewal(({ services }) => services.kms),
    ),
    row(
      "requests to Secrets Manager per renewal",
      perRenewal((run) => run.services.secretsManager),
    ),
    row("queries of the index", ({ usage }) => usage.byOperation["Query"] ?? 0),
    row("entries that they returned", ({ usage }) => usage.entries),
    row("heap, MB", ({ ticks }) => Math.max(...ticks.map(({ heapMb }) => heapMb))),
  ];
}

function figuresOf({ steady, backlog, twoTicks }: ManyRuns) {
  const runs = [steady, backlog, twoTicks];
  const failed = sum(runs.flatMap(({ ticks }) => ticks.map((tick) => tick.failed)));
  const issuedTwice = twoTicks.services.issues - renewed(twoTicks) - failed;
  const figures: Record<string, Estimate> = {
    "many-failures": counted(failed + backlog.callers.failed),
    "many-issued-twice": counted(Math.max(0, issuedTwice)),
    "many-out-of-order": counted(backlog.outOfOrder),
    "many-requests": counted(requests(steady) / renewed(steady)),
    "many-cpu": counted(cpuMs(steady) / renewed(steady)),
  };
  return figures;
}

function renewed({ ticks }: TickRun): number {
  return sum(ticks.map((tick) => tick.renewed));
}

function cpuMs({ ticks }: TickRun): number {
  return sum(ticks.map((tick) => tick.cpuMs));
}

function requests({ usage }: TickRun): number {
  return sum(Object.values(usage.byOperation));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
