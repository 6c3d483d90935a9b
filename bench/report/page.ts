import { awsPrices } from "../../docs/arithmetic/aws-prices.ts";
import { tableText } from "../../docs/generate/table-text.ts";
import type { CandidateName } from "../candidates/candidate.ts";
import type { GoalVerdict } from "../judge.ts";
import type { MeasureResult, PageTable } from "../measures/measure.ts";
import { formatEstimate, formatNumber } from "./format-estimate.ts";
import type { Machine } from "./machine.ts";

/** What `docs/benchmarks.md` is made of. */
export interface BenchReport {
  /** `2026-11-22`. */
  readonly date: string;
  readonly machine: Machine;
  readonly isFull: boolean;
  /** Measured although the machine was busy. */
  readonly isForced: boolean;
  readonly seed: number;
  readonly findings: readonly MeasureResult[];
  readonly judgements: readonly GoalVerdict[];
  /** Those of the cold start too. */
  readonly candidates: readonly CandidateName[];
  /** Exact versions by package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The page, in Markdown; its tables are not aligned yet. */
export function renderBenchPage(report: BenchReport): string {
  const [burst, ...others] = report.findings;
  return [
    "# Benchmarks",
    intro(report),
    "## Goals",
    goalText,
    goalTable(report.judgements),
    ...(burst ? section(burst, "lag", "time until all have a token, by number of processes") : []),
    ...others.flatMap((finding) =>
      finding.points
        ? section(finding, "cold-start", "cold start by share of a core")
        : section(finding),
    ),
    "## Cost",
    costText,
    // `renderPage` fills it in.
    "<!-- generated: cost of vends -->\n<!-- end -->",
    "![Cost of a million vends](benchmarks/cost.svg)",
    "## What was compared",
    markdown(versionTable(report)),
    peerText,
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}

function intro({ date, machine, isFull, isForced, seed }: BenchReport): string {
  const { cores, cpu, gigabytes, node, platform, load } = machine;
  const forced = isForced
    ? "\n\n**Measured by force on a busy machine: the counts hold, the times do not.**"
    : "";
  return (
    `Written by \`npm run bench${isFull ? " -- --full" : ""}\` on ${date}: ${cores} cores of ${cpu}, ${gigabytes} GB, ` +
    `${platform}, Node ${node}, load average ${load.toFixed(2)}, seed ${seed}. Everything runs on this machine: the ` +
    "provider takes 150 ms, its new token revokes the one before, and each answer of the table takes 4 ms longer than " +
    "the emulator needs. The product is the built bundle. All candidates run in the same warm processes, which have seen " +
    "the provider take its time, in random order in each block; a value in brackets is a 95 % bootstrap interval over " +
    "blocks, of two or three blocks little more than their " +
    `range. Compare ratios: times depend on the machine.${forced}`
  );
}

const goalText =
  "The command fails when a count is above what is accepted, or when the whole interval of a time is. What is accepted " +
  "is what the code keeps today (`bench/goals.ts`): it is lowered with each step towards the target.";

function goalTable(judgements: readonly GoalVerdict[]): string {
  const rows = judgements.map((judgement) => {
    const { goal, measured } = judgement;
    return [
      goal.what,
      formatNumber(goal.target),
      formatNumber(goal.accepted),
      formatEstimate(measured),
      verdictOf(judgement),
    ];
  });
  return markdown({ heading: ["goal", "target, at most", "accepted", "measured", ""], rows });
}

/** Whether a goal is reached, in the words of the page and the terminal. */
export function verdictOf({ isReached, isBroken }: GoalVerdict): string {
  if (isBroken) return "worse than accepted";
  return isReached ? "reached" : "not yet";
}

function section({ title, text, table }: MeasureResult, chart?: string, about?: string): string[] {
  const picture = chart ? [`![${capitalized(about ?? title)}](benchmarks/${chart}.svg)`] : [];
  return [`## ${title}`, text, ...picture, markdown(table)];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function markdown({ heading, rows }: PageTable): string {
  return tableText(heading, rows);
}

const costText =
  `By arithmetic, not measured: dollars for a million vends of one connection at list prices of us-east-1 of ${awsPrices.asOf} ` +
  "(`docs/arithmetic/aws-prices.ts`) and assumed durations (`docs/arithmetic/vend-cost.ts`), the month of a realm shared " +
  "by its vends. The lever is the share of vends that the callers' own memory serves. At one vend a second X-Ray traces " +
  "every invocation, which costs more than the rest of it. What connections and their renewals cost, and where it ends: " +
  "[how far this goes](scale.md).";

function versionTable({ candidates, versions }: BenchReport): PageTable {
  const rows = candidates.map(({ title, packages }) => [
    title,
    packages.map((name) => `${name} ${versions[name]}`).join(", ") || "of this repository",
  ]);
  return { heading: ["candidate", "packages"], rows };
}

const peerText =
  "Every peer is used as its documentation says (`bench/candidates/`), with a token kept in memory until it expires and " +
  "one request at a time per process. Those without a token request of their own use openid-client's. `lock + double " +
  "check` is a conditional-write lock in DynamoDB, polled every 50 ms, with a second look at the table: Nango's shape. " +
  "`dynamodb-lock-client` waits a whole lease whenever it is refused, here 500 ms, and is left out with 32 processes.";
