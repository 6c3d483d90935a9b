import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { ScratchTree } from "./support/scratch-tree.ts";

const tree = new ScratchTree(["functions", "cli", "openapi", "package.json"]);
afterAll(() => rmSync(tree.folder, { recursive: true }));

/** The files in which the compiler finds errors once a file is changed. */
function filesWithErrors(file: string, from: string, to: string, files: readonly string[]) {
  const whole = tree.read(file);
  expect(whole).toContain(from);
  tree.write(file, whole.replace(from, to));
  const errors = tree.compile(files).filter((line) => !line.startsWith(" "));
  tree.write(file, whole);
  expect(tree.compile(files)).toEqual([]);
  return [...new Set(errors.map((line) => line.split(":")[0]))].toSorted();
}

test("a new problem code does not compile until it has a status, a page, a metric, a state, advice and an example", () => {
  const tables = [
    "cli/advice.ts",
    "functions/http/pages/outcome-pages.ts",
    "functions/http/problem.ts",
    "functions/model/errors.ts",
    "functions/vending/decision/connection-state.ts",
    "functions/vending/measure-vend.ts",
    "openapi/problem-responses.ts",
  ];
  const errors = filesWithErrors(
    "functions/model/errors.ts",
    '  "internal",\n',
    '  "internal",\n  "unheard-of",\n',
    tables,
  );
  expect(errors).toEqual(tables);
});

test("a new renewal policy does not compile until it has its times and its traits", () => {
  const tables = ["functions/model/provider.ts", "functions/vending/decision/token-times.ts"];
  const errors = filesWithErrors(
    "functions/model/provider.ts",
    '  | { readonly renewal: "at-expiry" }\n',
    '  | { readonly renewal: "at-expiry" }\n  | { readonly renewal: "unheard-of" }\n',
    tables,
  );
  expect(errors).toEqual(tables);
});
