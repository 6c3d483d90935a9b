import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { isMitigated } from "../../docs/threats/threat.ts";
import { threats, threatsByActor } from "../../docs/threats/threats.ts";
import type { TestReport } from "./run-tests.ts";
import { reportsOf } from "./run-tests.ts";
import { withoutMitigation } from "./scratch-repository.ts";

const root = path.join(import.meta.dirname, "../..");
const mitigated = threats.filter(isMitigated);

describe("every mitigation", () => {
  test.each(mitigated)("$name can be removed: its text occurs once", ({ removal }) => {
    const text = readFileSync(path.join(root, removal.file), "utf8");
    const removed = withoutMitigation(text, removal);
    expect(removed).not.toBe(text);
    if (removal.file.endsWith(".ts")) expect(syntaxErrors(removed)).toEqual([]);
  });

  test.each(mitigated)("$name names a test that exists", ({ test: [file, ...titles] }) => {
    const literals = literalsOf(file);
    expect(titles.length).toBeGreaterThan(0);
    expect(titles.filter((title) => !literals.has(title))).toEqual([]);
  });
});

describe("the threats", () => {
  test("have names of their own", () => {
    const names = threats.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  });

  test("include some of each actor", () => {
    for (const [actor, own] of Object.entries(threatsByActor)) expect(own, actor).not.toEqual([]);
  });
});

describe("a removal", () => {
  const removal = { file: "a.ts", from: "b", to: "" };

  test("replaces its text", () => {
    expect(withoutMitigation("abc", removal)).toBe("ac");
    // A replacement is taken as it is.
    expect(withoutMitigation("abc", { ...removal, to: "$&" })).toBe("a$&c");
  });

  test.each([
    ["is gone", "acd", removal],
    ["is there twice", "abcb", removal],
    ["does not change", "abc", { ...removal, to: "b" }],
  ])("of a text that %s fails", (_, text, one) => {
    expect(() => withoutMitigation(text, one)).toThrow(/^a\.ts has "b" \d times/);
  });
});

describe("the reports of a named test", () => {
  const report = (status: string, ...titles: string[]): TestReport => ({
    file: "one.test.ts",
    titles,
    status,
  });

  test("are those with its titles, whatever a table of cases has inserted", () => {
    const named = report("passed", "a realm", "is refused: x (y)");
    const reports = [named, report("passed", "is refused: x"), report("passed", "a realm", "else")];
    expect(reportsOf(["one.test.ts", "a realm", "is refused: %s"], reports)).toEqual([named]);
    expect(reportsOf(["other.test.ts", "a realm", "is refused: %s"], reports)).toEqual([]);
    expect(reportsOf(["one.test.ts", "$name", "else"], reports)).toEqual([reports[2]]);
  });

  test("are none of tests that were skipped", () => {
    const reports = [report("skipped", "a"), report("pending", "a")];
    expect(reportsOf(["one.test.ts", "a"], reports)).toEqual([]);
  });
});

function syntaxErrors(text: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2024 },
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** Every text in a test file, and in the suites that it shares with others. */
function literalsOf(file: string): ReadonlySet<string> {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(root, file), "utf8"),
    ts.ScriptTarget.ES2024,
  );
  const literals = new Set<string>();
  const visit = (node: ts.Node) => {
    if (ts.isStringLiteralLike(node)) literals.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const shared = [...literals].filter((text) => /^\.\.?\/.*\/describe-[\w-]+\.ts$/.test(text));
  const others = shared.map((text) => literalsOf(path.posix.join(path.posix.dirname(file), text)));
  return new Set([literals, ...others].flatMap((texts) => [...texts]));
}
