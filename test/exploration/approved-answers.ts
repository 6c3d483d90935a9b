import { readFileSync, writeFileSync } from "node:fs";
import type { AnswerRows } from "./answers.ts";
import { answerHead, calmCells } from "./answers.ts";

const file = new URL("./answers.md", import.meta.url);

const title = `# Answers

What each act of each explored scenario may be answered, in every order of events. \`npm run explore\` compares it with what
it finds, \`npm run explore -- --approve\` writes it anew: read the difference before you commit it. The requests are those
of runs in which nothing fails.

`;

/** The rows that somebody has read and approved. */
function approvedAnswers(): AnswerRows {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map(cellsOf);
}

/** Replaces the rows of these scenarios. */
export function approveAnswers(
  found: ReadonlyMap<string, AnswerRows>,
  all: readonly string[],
): void {
  const approved = Map.groupBy(approvedAnswers(), ([scenario = ""]) => scenario);
  const rows = all.flatMap((scenario) => found.get(scenario) ?? approved.get(scenario) ?? []);
  const rule = answerHead.map(() => "---");
  const table = [answerHead, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`);
  writeFileSync(file, title + table.join(""));
}

/** How the answers of a scenario differ from the approved ones; without faults, in what is then known. */
export function answerChanges(scenario: string, found: AnswerRows, withFaults: boolean): string[] {
  const known = (row: readonly string[]) =>
    (withFaults ? row : calmCells.map((at) => row[at] ?? "")).join(" | ");
  const before = approvedAnswers()
    .filter(([name]) => name === scenario)
    .map(known);
  const after = found.map(known);
  return [
    ...before.filter((row) => !after.includes(row)).map((row) => `- ${row}`),
    ...after.filter((row) => !before.includes(row)).map((row) => `+ ${row}`),
  ];
}

function cellsOf(line: string): string[] {
  return line.slice(2, -2).split(" | ");
}
