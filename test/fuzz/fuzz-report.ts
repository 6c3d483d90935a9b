import type { FindingVerdict } from "./border.ts";
import { verdicts } from "./border.ts";
import type { FailedSeed, TriedSeed } from "./try-seed.ts";

interface BorderCount {
  inputs: number;
  slowestMs: number;
  readonly found: Record<FindingVerdict, number>;
}

const nameWidth = 18;
const width = 10;

/** What was played, border by border. */
export class FuzzReport {
  readonly #counts = new Map<string, BorderCount>();
  /** The first failed seed of each kind: one defect fails thousands. */
  readonly #kinds = new Set<string>();
  inputs = 0;
  failures = 0;

  /** Counts a seed. Returns its failure, if it is the first of its kind. */
  add({ border, failed, cpuMs }: TriedSeed): FailedSeed | null {
    const count = this.#counts.get(border) ?? newCount();
    this.#counts.set(border, count);
    this.inputs += 1;
    count.inputs += 1;
    count.slowestMs = Math.max(count.slowestMs, cpuMs);
    if (!failed) return null;
    this.failures += 1;
    count.found[failed.verdict] += 1;
    const kind = kindOf(failed);
    if (this.#kinds.has(kind)) return null;
    this.#kinds.add(kind);
    return failed;
  }

  /** The table is eighty columns wide. */
  table(): string {
    const head = ["inputs", ...verdicts, "slowest"].map((title) => title.padStart(width));
    const lines = [...this.#counts].sort().map(([name, { inputs, found, slowestMs }]) => {
      const figures = [
        inputs,
        ...verdicts.map((each) => found[each]),
        `${Math.round(slowestMs)} ms`,
      ];
      return name.padEnd(nameWidth) + figures.map((each) => String(each).padStart(width)).join("");
    });
    return ["border".padEnd(nameWidth) + head.join(""), ...lines].join("\n");
  }
}

function newCount(): BorderCount {
  return { inputs: 0, slowestMs: 0, found: { crash: 0, internal: 0, hang: 0, leak: 0 } };
}

/** Without what differs from input to input: instants and figures. */
function kindOf({ border, verdict, why }: FailedSeed): string {
  return `${border} ${verdict} ${verdict === "hang" ? "" : why.replaceAll(/\d+/g, "")}`;
}

export function formatFailure({ border, verdict, why, seed, input }: FailedSeed): string {
  return [
    `✗ ${verdict} at ${border}, seed ${seed}: ${why}`,
    `  smallest input: ${input}`,
    `  replay: npm run fuzz -- --inputs 1 --seed ${seed}`,
    "",
  ].join("\n");
}
