import type { Exploration } from "./explorer.ts";
import type { Option } from "./run.ts";

export interface ExplorationReport {
  readonly name: string;
  readonly faults: number;
  readonly exploration: Exploration<Option>;
}

const widths = { faults: 8, runs: 8, states: 8, pruned: 8 };
const nameWidth = 37;
const lastWidth = 11;

/** The table is eighty columns wide. */
export const tableHead = [
  "scenario".padEnd(nameWidth),
  ...Object.entries(widths).map(([name, width]) => name.padStart(width)),
  "exhausted".padStart(lastWidth),
].join("");

/**
 * One scenario: `pruned` counts the runs that ended early because another had been where they were going. Exhausted says
 * `yes` only where nothing within the fault budget is left to be tried.
 */
export function tableLine({ name, faults, exploration }: ExplorationReport): string {
  const { runs, blocked, merged, states, isExhausted, counterexample } = exploration;
  const figures = [faults, runs, states, blocked + merged];
  const cells = Object.values(widths).map((width, at) => String(figures[at]).padStart(width));
  const end = counterexample ? "broken" : isExhausted ? "yes" : "no";
  return `${name.padEnd(nameWidth)}${cells.join("")}${end.padStart(lastWidth)}`;
}

/** A timeline for people: what a process does again and again is listed once. */
export function abridgeTimeline(timeline: readonly string[]): string[] {
  const lines: string[] = [];
  let repeated = 0;
  for (const [at, line] of timeline.entries()) {
    const isRepeated =
      eventOf(line) === eventOf(timeline[at - 1]) && eventOf(line) === eventOf(timeline[at + 1]);
    if (isRepeated) repeated += 1;
    else {
      if (repeated > 0) lines.push(`          (and ${repeated} times more)`);
      lines.push(line);
      repeated = 0;
    }
  }
  return lines;
}

/** A line without its instant. */
function eventOf(line: string | undefined): string {
  return line?.trimStart().replace(/^\S+ +/, "") ?? "";
}
