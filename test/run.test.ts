import { globSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { projects } from "../vitest.config.ts";
import { longest } from "./support/longest-first.ts";

const root = path.join(import.meta.dirname, "..");
const files = globSync("test/**/*.test.ts", { cwd: root });

test("every test file belongs to one project, and to one only", () => {
  const matches = (file: string, patterns: readonly string[]) =>
    patterns.some((pattern) => path.matchesGlob(file, pattern));
  const homesOf = (file: string) =>
    projects.filter(({ include, exclude }) => matches(file, include) && !matches(file, exclude))
      .length;
  expect(files.length).toBeGreaterThan(150);
  expect(files.filter((file) => homesOf(file) !== 1)).toEqual([]);
});

test("the files that are said to take longest exist", () => {
  expect(longest.filter((file) => !files.includes(file))).toEqual([]);
});
