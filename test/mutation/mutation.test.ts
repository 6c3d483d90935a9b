import { readdirSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { areas, guards } from "./areas.ts";
import { rangesOf } from "./changed-lines.ts";
import { formatScores, isTooLow, scoreOf } from "./score.ts";

describe("a change touches", () => {
  const diffOf = (...lines: readonly string[]) =>
    ["--- functions/vending/a.ts", "+++ functions/vending/a.ts", ...lines].join("\n");

  test.each([
    ["the lines that it added", ["@@ -3,0 +4,2 @@ function f() {", "+a", "+b"], "4-5"],
    ["a line that it replaced", ["@@ -7 +9 @@", "-a", "+b"], "9-9"],
    ["the line before what it deleted", ["@@ -7,3 +6,0 @@", "-a"], "6-6"],
    ["the first line, where it deleted that", ["@@ -1 +0,0 @@", "-a"], "1-1"],
  ])("%s", (_, lines, range) => {
    expect(rangesOf(diffOf(...lines))).toEqual([`functions/vending/a.ts:${range}`]);
  });

  test("no lines of a file that it deleted", () => {
    const diff = "--- functions/vending/a.ts\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-a";
    expect(rangesOf(diff)).toEqual([]);
  });
});

describe("a score", () => {
  const mutants = (killed: number, survived: number, status = "Survived") => [
    ...Array.from({ length: killed }, () => ({ fileName: "a.ts", status: "Killed" })),
    ...Array.from({ length: survived }, () => ({ fileName: "a.ts", status })),
  ];

  test("counts a time-out as noticed, and what no test runs as survived", () => {
    const found = [...mutants(1, 1, "Timeout"), ...mutants(0, 1), ...mutants(0, 1, "NoCoverage")];
    expect(scoreOf("store", found, 92)).toMatchObject({ killed: 1, timeout: 1, survived: 2 });
  });

  test.each(["Ignored", "CompileError"])("leaves out a mutant that is not run: %s", (status) => {
    expect(scoreOf("store", mutants(2, 1, status), 92)).toMatchObject({ survived: 0 });
  });

  test("is too low below what is required, and prints rounded down", () => {
    const [low, enough] = [
      scoreOf("vending", mutants(9599, 401), 96),
      scoreOf("vending", mutants(96, 4), 96),
    ];
    expect([isTooLow(low), isTooLow(enough)]).toEqual([true, false]);
    expect(formatScores([low])).toContain("| vending | 10000 | 9599 | 0 | 401 | 95.9 % | 96 % |");
  });

  test("of the guards is too low with a single survivor", () => {
    expect(isTooLow(scoreOf("guards", mutants(9999, 1), 100))).toBe(true);
  });
});

test("each area is a folder, and each guard a file of an area", () => {
  const folders = readdirSync("functions");
  for (const { folder } of areas) expect(folders).toContain(folder);
  for (const guard of guards) {
    expect(statSync(guard).isFile()).toBe(true);
    expect(areas.map(({ folder }) => folder)).toContain(guard.split("/")[1]);
  }
});
