import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { MeasuredConnections } from "../docs/generate/measured-connections.ts";
import { measuredConnectionsFile } from "../docs/generate/measured-connections.ts";
import { renderPage } from "../docs/generate/render-page.ts";
import type { MeasureResult } from "./measures/measure.ts";
import type { Machine } from "./report/machine.ts";

const root = path.join(import.meta.dirname, "..");
const page = path.join(root, "docs", "scale.md");

/** Keeps what was found with 10,000 connections, and writes docs/scale.md with it: a short run does not measure it again. */
export function keepManyConnections(
  { text, table }: MeasureResult,
  { cores, cpu, node, load }: Machine,
  date: string,
  isForced: boolean,
): void {
  const busy = isForced ? " The machine was busy: counts and units hold, times do not." : "";
  const circumstances =
    `Measured by \`npm run bench -- --only many-connections\` on ${date}: ${cores} cores of ${cpu}, Node ${node}, load ` +
    `average ${load.toFixed(2)}.${busy}`;
  const kept: MeasuredConnections = { circumstances, text, ...table };
  writeFileSync(path.join(root, measuredConnectionsFile), `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(page, renderPage(root, readFileSync(page, "utf8")));
}
