import { VendingError } from "../../functions/model/errors.ts";
import type { Ending } from "./acts.ts";
import type { SentCounts } from "./request.ts";

/** What came of one act in one run. */
export interface Answer {
  /** Which act, by its place in the scenario. */
  readonly of: string;
  readonly ending: Ending;
  /** Nothing had failed by then. */
  readonly isCalm: boolean;
  readonly tookMs: number;
  readonly requests: SentCounts;
}

/** The rows of a scenario in answers.md: one for each act. */
export type AnswerRows = readonly (readonly string[])[];

export const answerHead = [
  "scenario",
  "act",
  "is answered",
  "with faults also",
  "within",
  "with faults",
  "requests at most",
] as const;

/** Where nothing fails, how many cells of a row say so: with fewer faults the others say less. */
export const calmCells: readonly number[] = [0, 1, 2, 4, 6];

/** What each act of a scenario may be answered, in any order of events, and at what cost. */
export class Answers {
  readonly #acts = new Map<string, Act>();

  note({ of, ending, isCalm, tookMs, requests }: Answer): void {
    const act = this.#acts.get(of) ?? newAct();
    this.#acts.set(of, act);
    act.longestMs = Math.max(act.longestMs, tookMs);
    if (!isCalm) {
      act.disturbed.add(shortly(ending));
      return;
    }
    act.calm.add(inFull(ending));
    act.shortly.add(shortly(ending));
    act.calmMs = Math.max(act.calmMs, tookMs);
    for (const [to, count] of Object.entries(requests)) {
      act.requests[to] = Math.max(act.requests[to] ?? 0, count);
    }
  }

  rows(scenario: string): AnswerRows {
    const acts = [...this.#acts].sort(([a], [b]) => (a < b ? -1 : 1));
    return acts.map(([of, { calm, shortly, disturbed, calmMs, longestMs, requests }]) => [
      scenario,
      of,
      listed(calm),
      // A disturbed run is not played on where a calm one has been.
      listed([...disturbed].filter((each) => !shortly.has(each))),
      `${calmMs} ms`,
      `${longestMs} ms`,
      listed(Object.entries(requests).map(([to, count]) => `${count} ${to}`)),
    ]);
  }
}

interface Act {
  readonly calm: Set<string>;
  readonly shortly: Set<string>;
  readonly disturbed: Set<string>;
  calmMs: number;
  longestMs: number;
  readonly requests: Record<string, number>;
}

function newAct(): Act {
  const sets = {
    calm: new Set<string>(),
    shortly: new Set<string>(),
    disturbed: new Set<string>(),
  };
  return { ...sets, calmMs: 0, longestMs: 0, requests: {} };
}

function shortly(ending: Ending): string {
  return ending instanceof VendingError ? ending.code : ending.says;
}

function inFull(ending: Ending): string {
  if (!(ending instanceof VendingError)) {
    return ending.lastsMs === null ? ending.says : `${ending.says} for ${ending.lastsMs} ms`;
  }
  const { code, retryAfterSeconds } = ending;
  return retryAfterSeconds === null ? code : `${code} (${retryAfterSeconds} s)`;
}

function listed(texts: Iterable<string>): string {
  return [...texts].sort().join(", ") || "-";
}
