// npm run bench: measures the built product beside its peers, and writes docs/benchmarks.md.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import path from "node:path";
import { bundleFunctions } from "../infra/bundle.ts";
import { bundlesFolder } from "../infra/bundles-folder.ts";
import { wrapText } from "../local/wrap-text.ts";
import { goals } from "./goals.ts";
import type { GoalVerdict } from "./judge.ts";
import { judgeGoals } from "./judge.ts";
import { keepManyConnections } from "./keep-many-connections.ts";
import type { NamedMeasure } from "./measures/measures.ts";
import { namedMeasures } from "./measures/measures.ts";
import type { BenchOptions } from "./options.ts";
import { benchUsage, readBenchOptions } from "./options.ts";
import { describeMachine, reasonToWait } from "./report/machine.ts";
import { findingTable, progressLine, summaryLine, summaryTable } from "./report/terminal.ts";
import { runMeasures } from "./run-measures.ts";

const args = process.argv.slice(2);
if (args.includes("--help")) console.log(benchUsage);
else process.exitCode = await bench(args);

/** Returns the exit code. */
async function bench(args: readonly string[]): Promise<number> {
  const options = readBenchOptions(
    args,
    namedMeasures.map(({ name }) => name),
  );
  const machine = describeMachine();
  const reason = reasonToWait(machine);
  if (reason !== null && !options.isForced) {
    console.error(wrapText(reason));
    console.error("To measure anyway, and have the page say so: npm run bench -- --force");
    return 1;
  }
  if (!installPeers()) return 1;
  await bundleFunctions(bundlesFolder);
  const measures = chosen(options);
  const findings = await runMeasures(measures, options, progressLine(process.stdout));
  const figures = Object.assign({}, ...findings.map((finding) => finding.figures));
  const names = measures.map(({ name }) => name);
  const isForced = reason !== null;
  const date = new Date().toISOString().slice(0, 10);
  const many = findings[names.indexOf("many-connections")];
  if (many) keepManyConnections(many, machine, date, isForced);
  const judgements = judgeGoals(
    goals.filter(({ measure }) => names.includes(measure)),
    figures,
  );
  if (options.only.length === 0) {
    // Its charts need what has just been installed.
    const { writeBenchPage } = await import("./write-page.ts");
    writeBenchPage({ ...options, date, machine, isForced, findings, judgements });
  }
  // Without a page the figures would be lost.
  else for (const finding of findings) console.log(`\n${findingTable(finding)}`);
  return report(judgements, options);
}

function chosen({ only, isFull }: BenchOptions): readonly NamedMeasure[] {
  if (only.length > 0) return namedMeasures.filter(({ name }) => only.includes(name));
  return namedMeasures.filter(({ isFullOnly }) => isFull || !isFullOnly);
}

/** Installs what is compared, unless it is there: it is not part of the product's own install. */
function installPeers(): boolean {
  const folder = import.meta.dirname;
  const installed = changedAt(path.join(folder, "node_modules", ".package-lock.json"));
  if (installed > changedAt(path.join(folder, "package-lock.json"))) return true;
  console.log("  Installing what is compared into bench/node_modules: npm ci --prefix bench");
  const install = ["ci", "--prefix", folder, "--ignore-scripts"];
  return spawnSync("npm", install, { stdio: "inherit" }).status === 0;
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function report(judgements: readonly GoalVerdict[], { only }: BenchOptions): number {
  console.log(`\n${summaryTable(judgements)}\n\n${summaryLine(judgements)}`);
  if (only.length === 0) console.log("  docs/benchmarks.md is written.");
  return judgements.some(({ isBroken }) => isBroken) ? 1 : 0;
}
