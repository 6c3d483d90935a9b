import { bundleComparison } from "../cold-start/bundle-comparisons.ts";
import { documentedStack, plainClient } from "../cold-start/comparisons.ts";
import { hotPathOf } from "../cold-start/hot-path.ts";
import type { ColdStart } from "../cold-start/start-cold.ts";
import { startCold } from "../cold-start/start-cold.ts";
import { formatEstimate, formatNumber } from "../report/format-estimate.ts";
import { counted, estimate } from "../statistics/bootstrap.ts";
import { median } from "../statistics/quantile.ts";
import { shuffled } from "../statistics/random.ts";
import type { ProcessVariables } from "../world/world.ts";
import { bundleFile } from "../world/world.ts";
import type { BenchMeasure, MeasureContext } from "./measure.ts";
import { blocksOf } from "./measure.ts";

const kinds = ["local key", "KMS", "plain client", "documented stack"] as const;
type Kind = (typeof kinds)[number];
type Block = Readonly<Record<Kind, ColdStart>>;

interface Start {
  readonly title: string;
  readonly bundle: string;
  readonly account: string;
  readonly variables: ProcessVariables;
}

const usualBlocks = 10;
/** Shares of a core, from 256 MB to 1,769 MB of a Lambda's memory. */
const cpuShares = [0.145, 0.29, 0.58, 1];

/** Import and first store hit of a bundle, each in a process of its own. */
export const measureColdStart: BenchMeasure = async (context) => {
  const { random } = context;
  const starts = await prepareStarts(context);
  const blocks: Block[] = [];
  const count = blocksOf(context, usualBlocks);
  for (let block = 0; block <= count; block += 1) {
    context.progress(`cold start, block ${block} of ${count}`);
    const results: Partial<Record<Kind, ColdStart>> = {};
    for (const kind of shuffled(kinds, random)) {
      const { bundle, account, variables } = starts[kind];
      results[kind] = await startCold(bundle, account, variables);
    }
    // The first one reads the files from the disk.
    if (block > 0) blocks.push(results as Block);
  }
  const timeOf = (kind: Kind, time: "wallMs" | "cpuMs") =>
    estimate(blocks, (drawn) => median(drawn.map((block) => block[kind][time])));
  const ratio = (kind: Kind, base: Kind) =>
    estimate(blocks, (drawn) =>
      median(drawn.map((block) => block[kind].wallMs / block[base].wallMs)),
    );
  const hotPaths = new Map(kinds.map((kind) => [kind, hotPathOf(blocks[0]?.[kind].files ?? [])]));
  const hot = hotPaths.get("KMS");
  return {
    title: "Cold start",
    text:
      "From before the bundle is imported until its first store hit is answered, in a new process, without Node's own " +
      "start: medians. Modules and bytes are those of the bundle that were loaded, compressed by gzip. The chart " +
      "stretches the CPU time to a share of a core and adds the time that was waited.",
    table: {
      heading: [
        "bundle",
        "wall, ms",
        "CPU, ms",
        "÷ plain client",
        "÷ documented stack",
        "modules",
        "KB",
      ],
      rows: kinds.map((kind) => [
        starts[kind].title,
        formatEstimate(timeOf(kind, "wallMs")),
        formatEstimate(timeOf(kind, "cpuMs")),
        formatEstimate(ratio(kind, "plain client")),
        formatEstimate(ratio(kind, "documented stack")),
        String(hotPaths.get(kind)?.modules),
        formatNumber((hotPaths.get(kind)?.gzipBytes ?? 0) / 1024, 1),
      ]),
    },
    figures: {
      "start-local": ratio("local key", "plain client"),
      "start-kms": ratio("KMS", "plain client"),
      "start-documented": ratio("KMS", "documented stack"),
      "hot-modules": counted(hot?.modules ?? Number.NaN),
      "hot-bytes": counted((hot?.gzipBytes ?? Number.NaN) / 1024),
    },
    points: kinds.flatMap((kind) => {
      const [cpuMs, wallMs] = [timeOf(kind, "cpuMs").value, timeOf(kind, "wallMs").value];
      const waitedMs = Math.max(0, wallMs - cpuMs);
      return cpuShares.map((x) => ({ line: starts[kind].title, x, y: cpuMs / x + waitedMs }));
    }),
  };
};

/** Stores a token for each kind of start. */
async function prepareStarts({ world }: MeasureContext): Promise<Record<Kind, Start>> {
  const kms = { environment: "kms", sealedBy: "kms" } as const;
  const [local, sealed] = await Promise.all([
    world.createConnection(),
    world.createConnection("kms"),
  ]);
  const product = { bundle: bundleFile("vend-token") };
  const starts: Record<Kind, Start> = {
    "local key": {
      ...product,
      title: "vend-token, local key",
      account: local.account,
      variables: world.variables(),
    },
    KMS: {
      ...product,
      title: "vend-token, KMS",
      account: sealed.account,
      variables: world.variables(kms),
    },
    "plain client": {
      bundle: bundleComparison(plainClient),
      title: plainClient.title,
      account: local.account,
      variables: world.variables(),
    },
    "documented stack": {
      bundle: bundleComparison(documentedStack),
      title: documentedStack.title,
      account: local.account,
      variables: world.variables(),
    },
  };
  for (const kind of ["local key", "KMS"] as const) {
    const { bundle, account, variables } = starts[kind];
    await startCold(bundle, account, variables);
  }
  return starts;
}
