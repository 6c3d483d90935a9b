import type { Exploration } from "./explorer.ts";
import type { Option } from "./run.ts";

export interface ExplorationReport {
  readonly name: string;
  readonly faults: number;
  readonly exploration: Exploration<Option>;
  readonly cpuMs: number;
}

const widths = { faults: 7, runs: 8, blocked: 8, merged: 8, states: 8, seconds: 8 };
const nameWidth = 46;

export const columns = [
  "scenario".padEnd(nameWidth),
  ...Object.entries(widths).map(([name, width]) => name.padStart(width)),
].join("");

/** One line for one scenario. It says `exhausted` only where nothing is left to be tried. */
export function reportLine({ name, faults, exploration, cpuMs }: ExplorationReport): string {
  const { runs, blocked, merged, states, isExhausted, counterexample } = exploration;
  const seconds = (cpuMs / 1000).toFixed(1);
  const figures = { faults, runs, blocked, merged, states, seconds };
  const cells = Object.entries(figures).map(([key, value]) =>
    String(value).padStart(widths[key as keyof typeof widths]),
  );
  const end = counterexample ? "BROKEN" : isExhausted ? "exhausted" : "CUT OFF";
  return `${name.padEnd(nameWidth)}${cells.join("")}  ${end}`;
}

/** A timeline for people: what a process does again and again is told once. */
export function told(timeline: readonly string[]): string[] {
  const lines: string[] = [];
  let repeated = 0;
  for (const [at, line] of timeline.entries()) {
    const isRepeated =
      what(line) === what(timeline[at - 1]) && what(line) === what(timeline[at + 1]);
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
function what(line: string | undefined): string {
  return line?.trimStart().replace(/^\S+ +/, "") ?? "";
}
