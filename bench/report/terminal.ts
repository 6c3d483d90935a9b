import { styleText } from "node:util";
import { formatTable } from "../../local/format-table.ts";
import type { GoalVerdict } from "../judge.ts";
import type { MeasureResult } from "../measures/measure.ts";
import { formatEstimate, formatNumber } from "./format-estimate.ts";
import { verdictOf } from "./page.ts";

const columns = 80;

/** The goals and what was measured, for a terminal of 80 columns; `styleText` respects NO_COLOR. */
export function summaryTable(judgements: readonly GoalVerdict[]): string {
  const rows = judgements.map((judgement) => {
    const { goal, measured } = judgement;
    const mark = markOf(judgement);
    return [`${mark} ${shortened(goal.what)}`, formatNumber(goal.target), formatEstimate(measured)];
  });
  const table = formatTable(["  goal", "target", "measured"], rows);
  return table
    .replaceAll(/^ {2}✓/gm, `  ${styleText("green", "✓")}`)
    .replaceAll(/^ {2}✗/gm, `  ${styleText("red", "✗")}`);
}

/** What a measure has found, under its title. As wide as its columns. */
export function findingTable({ title, table: { heading, rows } }: MeasureResult): string {
  return `  ${title}\n\n${formatTable(heading, rows)}`.replaceAll("`", "");
}

/** What the marks mean, and how many goals have each. */
export function summaryLine(judgements: readonly GoalVerdict[]): string {
  const verdicts = Map.groupBy(judgements, verdictOf);
  const counts = [...verdicts].map(([verdict, some]) => `${some.length} ${verdict}`);
  return `  ✓ reached, · not yet, ✗ worse than accepted: ${counts.join(", ")}.`;
}

function markOf({ isReached, isBroken }: GoalVerdict): string {
  if (isBroken) return "✗";
  return isReached ? "✓" : "·";
}

const longestGoal = 46;

function shortened(text: string): string {
  return text.length > longestGoal ? `${text.slice(0, longestGoal - 1)}…` : text;
}

/** Where progress is written: a terminal's line is written over, anything else gets a line for each measure. */
export interface ProgressLine {
  show(text: string): void;
  /** Leaves a line that stays. */
  keep(text: string): void;
}

export function progressLine(output: NodeJS.WriteStream): ProgressLine {
  const clear = output.isTTY ? "\r\u001b[K" : "";
  return {
    show(text) {
      if (output.isTTY) output.write(`${clear}  ${text.slice(0, columns - 3)}`);
    },
    keep: (text) => void output.write(`${clear}${text}\n`),
  };
}
