import path from "node:path";
import { startCalledProcess } from "../processes/called-process.ts";
import { formatEstimate } from "../report/format-estimate.ts";
import { estimate } from "../statistics/bootstrap.ts";
import { median } from "../statistics/quantile.ts";
import { shuffled } from "../statistics/random.ts";
import { bundleFile } from "../world/world.ts";
import type { BenchMeasure } from "./measure.ts";
import { blocksOf } from "./measure.ts";

const ways = ["no-op", "client", "client with context", "empty middy handler", "function"] as const;
type Way = (typeof ways)[number];
type Batch = Readonly<Record<Way, number>>;

const usualBlocks = 40;
const warmUpBlocks = 10;
const calls = 1500;
const file = path.join(import.meta.dirname, "../processes/memory-process.ts");

/** Vends that need no request. */
export const measureMemoryVend: BenchMeasure = async (context) => {
  const { world, random } = context;
  context.progress("vending from memory");
  const { account } = await world.createConnection();
  const process = await startCalledProcess(file, world.variables());
  const batches: Batch[] = [];
  try {
    await process.call("open", { bundle: bundleFile("vend-token"), account });
    const count = blocksOf(context, usualBlocks);
    for (let block = -warmUpBlocks; block < count; block += 1) {
      const batch = await process.call<Batch>("batch", { ways: shuffled(ways, random), calls });
      if (block >= 0) batches.push(batch);
    }
  } finally {
    await process.stop();
  }
  const ratio = (way: Way, base: Way) =>
    estimate(batches, (drawn) => median(drawn.map((batch) => batch[way] / batch[base])));
  const figures = {
    "memory-client": ratio("client", "no-op"),
    "memory-client-context": ratio("client with context", "no-op"),
    "memory-function": ratio("function", "empty middy handler"),
  };
  const ratios: Partial<Record<Way, string>> = {
    client: formatEstimate(figures["memory-client"]),
    "client with context": formatEstimate(figures["memory-client-context"]),
    function: `${formatEstimate(figures["memory-function"])} of the empty middy handler`,
  };
  return {
    title: "Vends from memory",
    text:
      `Each call is awaited; ${batches.length} batches of ${calls} calls of each kind, in random order; medians, and ` +
      "medians of the paired ratios.",
    table: {
      heading: ["call", "ns", "ratio"],
      rows: ways.map((way) => [
        titles[way],
        formatEstimate(
          estimate(batches, (drawn) => median(drawn.map((batch) => batch[way]))),
          0,
        ),
        ratios[way] ?? "",
      ]),
    },
    figures,
  };
};

const titles: Readonly<Record<Way, string>> = {
  "no-op": "an async function that does nothing",
  client: "`client.vend()`",
  "client with context": "`client.vend({ context })`",
  "empty middy handler": "a middy handler that does nothing",
  function: "the function `vend-token`",
};
