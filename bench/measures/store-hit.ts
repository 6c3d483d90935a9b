import path from "node:path";
import { TABLE } from "../../test/support/token-table.ts";
import { product } from "../candidates/candidate.ts";
import { startCalledProcess } from "../processes/called-process.ts";
import { formatEstimate } from "../report/format-estimate.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { median } from "../statistics/quantile.ts";
import { shuffled } from "../statistics/random.ts";
import { bundleFile } from "../world/world.ts";
import type { BenchMeasure, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";

const ways = ["product", "signed", "sdk"] as const;
type Sample = Readonly<Record<(typeof ways)[number], number>>;

const usualSamples = 300;
/** The first ones load and connect. */
const warmUpSamples = 40;
const blockSize = 20;
const file = path.join(import.meta.dirname, "../processes/store-hit-process.mjs");

/** A process vends a token that another one has stored. */
export const measureStoreHit: BenchMeasure = async (context) => {
  context.progress("store hit: storing tokens");
  const accounts = await storeTokens(context, warmUpSamples + blocksOf(context, usualSamples));
  context.progress("store hit: vending them in another process");
  await context.world.resetRequests();
  const samples = (await measureHits(context, accounts)).slice(warmUpSamples);
  // The two others send one request each, and one is sent before all.
  const requests = ((await context.world.requests()) - 1) / accounts.length - 2;
  const blocks = Array.from({ length: Math.floor(samples.length / blockSize) }, (_, at) =>
    samples.slice(at * blockSize, (at + 1) * blockSize),
  );
  const ratioTo = (other: "signed" | "sdk") =>
    estimate(blocks, (drawn) =>
      median(drawn.flat().map((sample) => sample.product / sample[other])),
    );
  const timeOf = (way: (typeof ways)[number]) =>
    formatEstimate(estimate(blocks, (drawn) => median(drawn.flat().map((sample) => sample[way]))));
  const [signed, sdk] = [ratioTo("signed"), ratioTo("sdk")];
  return {
    title: "Store hit",
    text:
      "A warm process vends a token that another process has stored: one read of the table, opened with a local key. " +
      `Beside it the same read sent by the SDK, and as bytes that were signed before. ${samples.length} accounts, ` +
      "the three ways in random order for each; medians, and medians of the paired ratios.",
    table: {
      heading: ["way", "ms", "vend-token ÷ it"],
      rows: [
        ["vend-token", timeOf("product"), "1"],
        ["GetItem, signed before", timeOf("signed"), formatEstimate(signed)],
        ["GetItem by the SDK", timeOf("sdk"), formatEstimate(sdk)],
      ],
    },
    figures: { "hit-requests": counted(requests), "hit-signed": signed },
  };
};

/** The accounts that a process of the pool has stored a token for. */
async function storeTokens({ world, pool }: MeasureContext, count: number): Promise<string[]> {
  await world.behave({ issueMs: 0 });
  const connections = await world.createConnections(count);
  for (let at = 0; at < count; at += 20) {
    const some = connections.slice(at, at + 20);
    await Promise.all(some.map((connection) => pool.burst(product, connection, 1)));
  }
  await world.behave();
  return connections.map(({ account }) => account);
}

async function measureHits({ world, random }: MeasureContext, accounts: readonly string[]) {
  const variables = world.variables();
  const process = await startCalledProcess(file, variables);
  try {
    return await process.call<readonly Sample[]>("measure", {
      bundle: bundleFile("vend-token"),
      tableName: TABLE,
      storeUrl: variables["AWS_ENDPOINT_URL_DYNAMODB"],
      samples: accounts.map((account) => [account, shuffled(ways, random)]),
    });
  } finally {
    await process.stop();
  }
}
