import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../../local/aws/json-protocol/aws-json.ts";
import type { LambdaFunction } from "../../local/aws/lambda/lambda-function.ts";
import type { LambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../local/aws/lambda/lambda-host.ts";
import { formatEstimate } from "../report/format-estimate.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { quantile } from "../statistics/quantile.ts";
import { shuffled } from "../statistics/random.ts";
import type { BenchConnection } from "../world/connection.ts";
import { bundleFile } from "../world/world.ts";
import type { BenchMeasure, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";

const accountConcurrency = 6;
const reserved = accountConcurrency / 2;
const attackers = 24;
const attackPauseMs = 100;
/** Longer than any deadline: the provider hangs. */
const hangMs = 20_000;
const connections = 200;
const usualBlocks = 2;

type Phase = "alone" | "beside an attack";
type Block = Readonly<Record<Phase, readonly number[]>>;

/** Two realms of one account, each with its reserved concurrency: callers of one attack it, those of the other vend. */
export const measureBulkheads: BenchMeasure = async (context) => {
  const { world } = context;
  const realm = (name: string): LambdaFunction => ({
    name,
    folder: path.dirname(bundleFile("vend-token")),
    handler: "index.handler",
    environment: world.variables({ environment: name }),
    timeoutMs: 30_000,
    memoryMb: 256,
    reservedConcurrency: reserved,
  });
  const functions = [realm("attacked"), realm("calm")];
  const host = startLambdaHost({ functions, accountConcurrency });
  try {
    return await measure(context, host);
  } finally {
    await host.stop();
    await world.behave();
  }
};

async function measure(context: MeasureContext, host: LambdaHost) {
  const { world, random } = context;
  await world.behave();
  const { account: victim } = await world.createConnection("attacked");
  await vend(host, "attacked", victim);
  const calm = await world.createConnections(connections, "calm");
  for (const { account } of calm) await vend(host, "calm", account);
  await world.behave({ issueMs: hangMs });
  const blocks: Block[] = [];
  let throttled = 0;
  let failures = 0;
  const count = blocksOf(context, usualBlocks);
  for (let block = 1; block <= count; block += 1) {
    const tookMs: Record<Phase, readonly number[]> = { alone: [], "beside an attack": [] };
    for (const phase of shuffled(["alone", "beside an attack"] as const, random)) {
      context.progress(`vends ${phase}, ${block} of ${count}`);
      const attack = phase === "alone" ? null : await beginAttack(host, victim);
      tookMs[phase] = await vendEach(host, calm);
      failures += calm.length - 1 - tookMs[phase].length;
      throttled += (await attack?.end()) ?? 0;
    }
    blocks.push(tookMs);
  }
  const about = (share: number, phase: Phase) =>
    estimate(blocks, (drawn) =>
      quantile(
        drawn.flatMap((block) => block[phase]),
        share,
      ),
    );
  const ratio = estimate(
    blocks,
    (drawn) =>
      quantile(
        drawn.flatMap((block) => block["beside an attack"]),
        0.99,
      ) /
      quantile(
        drawn.flatMap((block) => block.alone),
        0.99,
      ),
  );
  const rowOf = (phase: Phase) => [
    phase,
    formatEstimate(about(0.5, phase)),
    formatEstimate(about(0.99, phase)),
  ];
  return {
    title: "One realm attacked, another's callers",
    text:
      `Two realms of one account with a concurrency of ${accountConcurrency}, each of which has reserved ${reserved}. ` +
      `${attackers} callers of one, whose provider hangs, reject their token again and again without waiting; ` +
      `${throttled} of these calls were throttled. The other's callers vend ${connections} connections from the table, ` +
      "alone and beside that.",
    table: {
      heading: ["", "p50, ms", "p99, ms"],
      rows: [rowOf("alone"), rowOf("beside an attack")],
    },
    figures: { "bulkhead-p99": ratio, "bulkhead-failures": counted(failures) },
  };
}

/** How long each vend took that did not fail. By one process that has none of the tokens in memory. */
async function vendEach(
  host: LambdaHost,
  [first, ...others]: readonly BenchConnection[],
): Promise<readonly number[]> {
  await host.stopIdle("calm");
  await vend(host, "calm", first?.account ?? "");
  const tookMs: number[] = [];
  for (const { account } of others) {
    const begunAt = performance.now();
    if (await vend(host, "calm", account)) tookMs.push(performance.now() - begunAt);
  }
  return tookMs;
}

/** Returns once the attacked realm's concurrency is used up. */
async function beginAttack(host: LambdaHost, account: string) {
  let isOver = false;
  let throttled = 0;
  const callers = Array.from({ length: attackers }, async () => {
    while (!isOver) {
      const call = vend(host, "attacked", account, { rejectedVersion: 1 });
      if ((await call) === null) throttled += 1;
      await sleep(attackPauseMs);
    }
  });
  const isBusy = () => host.processes("attacked").filter(({ busySince }) => busySince).length;
  while (isBusy() < reserved) await sleep(attackPauseMs);
  return {
    async end() {
      isOver = true;
      await Promise.all(callers);
      return throttled;
    },
  };
}

/** Whether a credential was vended; null when Lambda has throttled the call. */
async function vend(
  host: LambdaHost,
  name: string,
  account: string,
  demand: { readonly rejectedVersion?: number } = {},
): Promise<boolean | null> {
  try {
    const { payload } = await host.invoke(name, { account, ...demand });
    return typeof payload === "object" && payload !== null && "token" in payload;
  } catch (error) {
    if (error instanceof AwsError) return null;
    throw error;
  }
}
