import { describe, expect, test } from "vitest";
import { goalOf } from "../../bench/goals.ts";
import { judgeGoals } from "../../bench/judge.ts";
import { benchUsage, readBenchOptions } from "../../bench/options.ts";
import { formatEstimate } from "../../bench/report/format-estimate.ts";
import { reasonToWait } from "../../bench/report/machine.ts";
import type { BenchReport } from "../../bench/report/page.ts";
import { renderBenchPage } from "../../bench/report/page.ts";
import { findingTable, summaryLine, summaryTable } from "../../bench/report/terminal.ts";

const machine = {
  cores: 2,
  cpu: "A Processor",
  gigabytes: 8,
  node: "v24.0.0",
  platform: "linux x64",
  load: 0.1,
};
const judgements = judgeGoals([goalOf("cold-issues"), goalOf("cold-8"), goalOf("hit-signed")], {
  "cold-issues": { value: 1, low: 1, high: 1 },
  "cold-8": { value: 1.4, low: 1.35, high: 1.5 },
  "hit-signed": { value: 9, low: 8, high: 10 },
});
const report: BenchReport = {
  date: "2026-11-22",
  machine,
  isFull: false,
  isForced: false,
  seed: 5,
  findings: [
    {
      title: "Cold burst",
      text: "What was done.",
      table: { heading: ["N", "p99"], rows: [["8", "1.4 [1.35..1.5]"]] },
      figures: {},
      points: [{ line: "token-vending", x: 8, y: 210 }],
    },
  ],
  judgements,
  candidates: [{ id: "peer", title: "A peer", packages: ["a-peer"] }],
  versions: { "a-peer": "1.2.3" },
};

describe("the page", () => {
  test("states date, machine, load, seed, versions, and each goal with its verdict", () => {
    const page = renderBenchPage(report);
    expect(page).toContain("on 2026-11-22: 2 cores of A Processor, 8 GB");
    expect(page).toContain("load average 0.10, seed 5");
    expect(page).toContain("| A peer | a-peer 1.2.3 |");
    expect(page).toMatch(/^\| cold burst: issues \| 1 \| 1 \| 1 \| reached \|$/m);
    expect(page).toMatch(/^\| cold burst, N = 8.* \| 1\.4 \[1\.35\.\.1\.5\] \| not yet \|$/m);
    expect(page).toMatch(/^\| store hit ÷ .* \| 9 \[8\.\.10\] \| worse than accepted \|$/m);
    expect(page).toContain("](benchmarks/lag.svg)");
    expect(page).not.toContain("by force");
  });

  test("says that it was measured by force", () => {
    expect(renderBenchPage({ ...report, isForced: true })).toContain("**Measured by force");
  });
});

test("the terminal's summary fits 80 columns and counts the verdicts", () => {
  const lines = summaryTable(judgements).split("\n");
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(summaryLine(judgements)).toContain("1 reached, 1 not yet, 1 worse than accepted");
});

test("the terminal shows what one measure has found, without the page's marks", () => {
  const [finding = expect.fail("no finding")] = report.findings;
  const text = findingTable({ ...finding, title: "A `measure`" });
  expect(text.split("\n").map((line) => line.trim())).toEqual([
    ...["A measure", "", "N  p99", "─  ───────────────", "8  1.4 [1.35..1.5]"],
  ]);
});

test("an estimate is written with as many digits as it says something", () => {
  expect(formatEstimate({ value: 1.2649, low: 1.2249, high: 1.34 })).toBe("1.26 [1.22..1.34]");
  expect(formatEstimate({ value: 1467.03, low: 1421.1, high: 1500 })).toBe("1,467 [1,421..1,500]");
  expect(formatEstimate({ value: 3, low: 3, high: 3 })).toBe("3");
  expect(formatEstimate({ value: Number.NaN, low: 1, high: 1 })).toBe("–");
});

test("a busy machine is refused with what to do about it", () => {
  expect(reasonToWait(machine)).toBeNull();
  expect(reasonToWait({ ...machine, load: 0.5 })).toBeNull();
  expect(reasonToWait({ ...machine, load: 0.51 })).toMatch(/0\.51.*run this again/);
});

describe("the command line", () => {
  const read = (...args: string[]) => readBenchOptions(args, ["cold-burst"]);

  test("has a short run of everything as its default", () => {
    expect(read()).toEqual({
      isFull: false,
      isForced: false,
      seed: 1,
      only: [],
    });
  });

  test("understands each option that its help names, and refuses what says nothing", () => {
    const options = read("--full", "--force", "--seed", "4", "--only", "cold-burst");
    expect(options).toMatchObject({ isFull: true, isForced: true, seed: 4, only: ["cold-burst"] });
    expect(benchUsage.match(/^ {2}--/gm)).toHaveLength(4);
    expect(() => read("--seed", "x")).toThrow(RangeError);
    expect(() => read("--only", "unheard-of")).toThrow(/there are cold-burst/);
  });
});
