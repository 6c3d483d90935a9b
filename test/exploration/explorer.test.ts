import { describe, expect, test } from "vitest";
import type { Choice, ControlledRun, Reduction } from "./explorer.ts";
import { Explorer } from "./explorer.ts";
import { tableHead, tableLine } from "./report.ts";
import type { Touch } from "./request.ts";
import { exploreScenario } from "./scenario.ts";
import { allScenarios, scenarioNamed } from "./scenarios.ts";

/** Processes that read and write shared variables, each its own list. */
type Program = Readonly<Record<string, readonly `${"read" | "write"} ${string}`[]>>;

/** A toy in the explorer's hands: a step writes its process's name, or appends what it reads to what its process knows. */
function toy(program: Program): ControlledRun<Choice> {
  const variables = new Map<string, string>();
  const known = new Map<string, string>();
  const done = new Map<string, number>();
  let steps = 0;
  const since = new Map<string, number>();
  const next = (process: string) => program[process]?.[done.get(process) ?? 0];
  const isReady = () => Object.keys(program).some((process) => next(process) !== undefined);
  const state = () => JSON.stringify([[...variables].sort(), [...known].sort()]);
  return {
    violations: [],
    isReady,
    options: () =>
      Object.keys(program)
        .filter((process) => next(process) !== undefined)
        .map((process) => ({
          process,
          request: `${process}.${done.get(process) ?? 0}`,
          fault: null,
          since: since.get(process) ?? 0,
        })),
    async take({ process }): Promise<readonly Touch[]> {
      const [action, of = ""] = next(process)?.split(" ") ?? [];
      steps += 1;
      done.set(process, (done.get(process) ?? 0) + 1);
      since.set(process, steps);
      if (action === "write") variables.set(of, `${process}${done.get(process)}`);
      else known.set(process, `${known.get(process) ?? ""}${variables.get(of) ?? "-"}`);
      return [{ of, isWrite: action === "write" }];
    },
    passTime: async () => false,
    state,
    outcome: state,
    finish: async () => {},
  };
}

const explore = (program: Program, reduction: Reduction) =>
  new Explorer(() => toy(program), {
    faults: 0,
    maxRuns: Number.POSITIVE_INFINITY,
    reduction,
  }).explore();

describe("orders that only swap steps which commute are explored once", () => {
  test.each<[string, Program, traces: number, orders: number]>([
    ["two that touch different things", { a: ["write x"], b: ["write y"] }, 1, 2],
    ["two that read the same", { a: ["read x"], b: ["read x"] }, 1, 2],
    ["two that write the same", { a: ["write x"], b: ["write x"] }, 2, 2],
    ["three that write the same", { a: ["write x"], b: ["write x"], c: ["write x"] }, 6, 6],
    ["a reader between two writes", { a: ["write x", "write x"], b: ["read x"] }, 3, 3],
    [
      "two that write what the other reads",
      { a: ["write x", "read y"], b: ["write y", "read x"] },
      3,
      6,
    ],
    [
      "three, two of which meet twice",
      { a: ["write x", "write y"], b: ["write x", "write y"], c: ["read z", "read z"] },
      4,
      90,
    ],
  ])("%s", async (_, program, traces, orders) => {
    const [all, fewer] = [await explore(program, "none"), await explore(program, "partial order")];
    expect(all.runs).toBe(orders);
    expect(fewer.runs - fewer.blocked).toBe(traces);
    expect(fewer.outcomes).toEqual(all.outcomes);
    expect(fewer.isExhausted).toBe(true);
  });
});

describe("what the explorer leaves out loses nothing", () => {
  const stateOf = (outcome: string) => outcome.split(" ")[0];

  test.each([
    ["static/expired", 1],
    ["at-expiry/none", 0],
    ["single-use/none", 0],
    ["a disconnect beside a consent", 0],
  ])("of %s with %i faults", async (name, faults) => {
    const scenario = scenarioNamed(name);
    const [all, orders, fewest] = await Promise.all([
      exploreScenario({ ...scenario, twins: [] }, { faults, reduction: "none" }),
      exploreScenario({ ...scenario, twins: [] }, { faults, reduction: "partial order" }),
      exploreScenario({ ...scenario, twins: [] }, { faults }),
    ]);
    expect(orders.outcomes).toEqual(all.outcomes);
    expect(orders.runs).toBeLessThan(all.runs);
    const [states, merged] = [all, fewest].map(
      ({ outcomes }) => new Set([...outcomes].map(stateOf)),
    );
    expect(merged).toEqual(states);
  });
});

test("a bound that cuts the exploration off is no exhaustion", async () => {
  const program: Program = { a: ["write x"], b: ["write x"] };
  const bounded = new Explorer(() => toy(program), {
    faults: 0,
    maxRuns: 1,
    reduction: "partial order",
  });
  expect(await bounded.explore()).toMatchObject({ runs: 1, isExhausted: false });
});

describe("the table", () => {
  const program: Program = { a: ["write x"], b: ["write x"] };
  const report = async (maxRuns: number) => {
    const limits = { faults: 0, maxRuns, reduction: "partial order" } as const;
    const exploration = await new Explorer(() => toy(program), limits).explore();
    const counterexample = exploration.counterexample as null;
    return tableLine({
      name: "two writers",
      faults: 0,
      exploration: { ...exploration, counterexample },
    });
  };

  test("is eighty columns wide", async () => {
    const lines = [tableHead, await report(9)];
    expect(lines.map((line) => line.length)).toEqual([80, 80]);
    expect(allScenarios.filter(({ name }) => name.length > 36)).toEqual([]);
  });

  test("says that a scenario is exhausted only where nothing is left", async () => {
    expect(await report(9)).toMatch(/two writers +0 +2 +\d+ +0 +yes$/);
    expect(await report(1)).toMatch(/two writers +0 +1 +\d+ +0 +no$/);
  });
});
