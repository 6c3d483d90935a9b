import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { ScratchTree } from "./support/scratch-tree.ts";

const root = path.join(import.meta.dirname, "..");
const recipe = readFileSync(path.join(root, "docs/adding-a-provider.md"), "utf8");

/** A fenced block: its info string, and its text. */
interface Block {
  readonly language: string;
  readonly label: string;
  readonly text: string;
}

const fences = recipe
  .slice(recipe.indexOf("## With code"))
  .matchAll(/^(`{3,4})(\w+) ([^\n]+)\n(.*?)^\1$/gms);
const blocks: readonly Block[] = [...fences].map(([, , language = "", label = "", text = ""]) => ({
  ...{ language, label, text },
}));

const tree = new ScratchTree([
  ...["functions", "local", "openapi", "infra/realms.ts", "infra/realm-list.ts", "docs/providers"],
  ...["test/providers", "test/support", "test/docs-providers.test.ts", "test/conventions.test.ts"],
  "package.json",
]);
afterAll(() => rmSync(tree.folder, { recursive: true }));

/** The files that a new provider affects, and that may therefore not compile. */
const compiled = [
  ...["functions/providers/catalogue.ts", "local/fill-secrets.ts", "local/providers.ts"],
  ...["infra/realms.ts", "openapi/document.ts"],
];

/** Compares declarations with tests and pages. */
const watched = ["test/providers/catalogue.test.ts", "test/docs-providers.test.ts"];

/** The TypeScript files that the recipe has written or changed so far. */
const changed: string[] = [];

const compile = () => tree.compile([...compiled, ...changed]);

/** The purpose of a block of the recipe, by the first word of its label. */
const kinds: Readonly<Record<string, (block: Block) => void | Promise<void>>> = {
  tsc: ({ text }) => {
    const errors = compile();
    expectErrors(errors, text);
    expect(errors.filter((line) => !line.startsWith(" "))).toHaveLength(linesOf(text).length);
  },
  test: async ({ text }) =>
    expect((await failingTests(watched)).toSorted()).toEqual(linesOf(text).toSorted()),
  "without:": ({ label, text }) => expectErrors(compileWithout(label), text),
};

/** Any other block is a file, or a change of one. */
function apply({ language, label, text }: Block): void {
  tree.write(label, language === "diff" ? patched(tree.read(label), text) : text);
  if (label.endsWith(".ts")) changed.push(label);
}

test("each step, performed exactly, reports what is missing, and in the end all tests pass", async () => {
  expect(compile()).toEqual([]);
  for (const block of blocks) {
    const [kind = ""] = block.label.split(" ");
    await (kinds[kind] ?? apply)(block);
  }
  expect(compile()).toEqual([]);
  const written = changed.filter((file) => file.endsWith("acme-pay.test.ts"));
  expect(written).toHaveLength(2);
  expect(await failingTests([...watched, ...written])).toEqual([]);
  expect(blocks.length).toBeGreaterThan(10);
}, 300_000);

/** Which tests fail, as `file > group > test`. */
async function failingTests(files: readonly string[]): Promise<string[]> {
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const output = path.join(tree.folder, "results.json");
  const options = ["run", "--reporter=json", `--outputFile=${output}`, "--root", tree.folder];
  const run = promisify(execFile)(process.execPath, [vitest, ...options, ...files], {
    cwd: tree.folder,
    env: {},
  });
  // It exits with 1 where a test fails.
  await run.catch(() => {});
  const { testResults } = JSON.parse(readFileSync(output, "utf8")) as Results;
  rmSync(output);
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== "passed")
      .map(({ ancestorTitles, title }) =>
        [path.relative(tree.folder, name), ...ancestorTitles, title].join(" > "),
      ),
  );
}

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly ancestorTitles: readonly string[];
      readonly title: string;
    }[];
  }[];
}

/** Errors as the recipe shows them, cut off where it has a `…`. */
function expectErrors(errors: readonly string[], shown: string): void {
  for (const line of linesOf(shown)) {
    const [start = ""] = line.split("…");
    expect(
      errors.filter((error) => error.startsWith(start)),
      line,
    ).not.toEqual([]);
  }
}

function linesOf(text: string): string[] {
  return text.trimEnd().split("\n");
}

/** The errors after this text was removed from the file that contains it. */
function compileWithout(label: string): string[] {
  const part = label.slice("without: ".length);
  const file = changed.findLast((name) => tree.read(name).includes(part)) ?? expect.fail(label);
  const whole = tree.read(file);
  tree.write(file, whole.replace(part, ""));
  const errors = compile();
  tree.write(file, whole);
  return errors;
}

/** The lines of a hunk without a plus occur once in the file, consecutively. */
function patched(text: string, hunks: string): string {
  const joined = (lines: readonly string[]) => lines.map((line) => `${line.slice(1)}\n`).join("");
  return hunks.split("@@\n").reduce((result, hunk) => {
    const lines = linesOf(hunk);
    const before = joined(lines.filter((line) => !line.startsWith("+")));
    expect(result.split(before), hunk).toHaveLength(2);
    return result.replace(before, () => joined(lines));
  }, text);
}
