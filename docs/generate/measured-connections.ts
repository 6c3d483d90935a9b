import { readFileSync } from "node:fs";
import path from "node:path";
import { tableText } from "./table-text.ts";

/** What `npm run bench` last found with 10,000 connections. */
export interface MeasuredConnections {
  /** When and where, in a sentence. */
  readonly circumstances: string;
  readonly text: string;
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Where it is kept, from the root of the repository. */
export const measuredConnectionsFile = "docs/benchmarks/many-connections.json";

/** The last measurement of 10,000 connections, as docs/scale.md shows it. */
export function measuredConnections(root: string): string {
  const kept = readFileSync(path.join(root, measuredConnectionsFile), "utf8");
  const { circumstances, text, heading, rows }: MeasuredConnections = JSON.parse(kept);
  return `${circumstances}\n\n${text}\n\n${tableText(heading, rows)}`;
}
