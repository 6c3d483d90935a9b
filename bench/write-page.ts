import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { costPoints } from "../docs/generate/cost-table.ts";
import { renderPage } from "../docs/generate/render-page.ts";
import { candidates, product } from "./candidates/candidate.ts";
import { drawChart } from "./charts/draw-chart.ts";
import { documentedStack, plainClient } from "./cold-start/comparisons.ts";
import type { BenchReport } from "./report/page.ts";
import { renderBenchPage } from "./report/page.ts";

const root = path.join(import.meta.dirname, "..");
const folder = path.join(root, "docs", "benchmarks");

const compared = [...candidates, plainClient, documentedStack];

/** Writes docs/benchmarks.md and its charts. */
export function writeBenchPage(report: Omit<BenchReport, "candidates" | "versions">): void {
  const page = renderBenchPage({ ...report, candidates: compared, versions: benchVersions() });
  writeFileSync(path.join(root, "docs", "benchmarks.md"), renderPage(root, page));
  mkdirSync(folder, { recursive: true });
  const [burst, ...others] = report.findings;
  writeChart("lag", {
    title: "Time until all processes have a token",
    xLabel: "processes that start together",
    yLabel: "p99, ms",
    points: burst?.points ?? [],
    emphasized: product.title,
  });
  writeChart("cold-start", {
    title: "Cold start by share of a core",
    xLabel: "share of a core",
    yLabel: "import and first store hit, ms",
    points: others.flatMap(({ points }) => points ?? []),
    emphasized: "vend-token, KMS",
  });
  writeChart("cost", {
    title: "Cost of a million vends",
    xLabel: "vends a second",
    yLabel: "US dollars for a million vends",
    points: costPoints(),
    emphasized: "99 % from client memory",
  });
}

function writeChart(name: string, chart: Parameters<typeof drawChart>[0]): void {
  writeFileSync(path.join(folder, `${name}.svg`), drawChart(chart));
}

/** The versions that are installed of what bench/package.json names. */
function benchVersions(): Readonly<Record<string, string>> {
  const folder = import.meta.dirname;
  const versionOf = (name: string) =>
    readJson(path.join(folder, "node_modules", name, "package.json")).version;
  const names = Object.keys(readJson(path.join(folder, "package.json")).dependencies);
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]));
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, "utf8"));
}
