import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { problemOf } from "../../functions/http/problem.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";

const root = path.join(import.meta.dirname, "..", "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const page = read("docs/client.md");

const modules = globSync("client/*.ts", { cwd: root }).sort();

/** Every code example, as a file at the project's root. */
const examples = [
  ...codeIn("docs/client.md", page),
  ...modules.flatMap((file) => codeIn(file, read(file).replaceAll(/^ \* ?/gm, ""))),
];

it.each(compileErrors())("the example compiles: $where", ({ errors }) => {
  expect(errors).toEqual([]);
});

it("every public function has an example", () => {
  const shown = examples.map(({ where }) => where.replace(/ .*/, ""));
  expect([...new Set(shown)].sort()).toEqual([
    "client/https-transport.ts",
    "client/lambda-transport.ts",
    "client/proven-client.ts",
    "client/testing.ts",
    "client/token-client-error.ts",
    "client/token-client.ts",
    "client/wait-for-consent.ts",
    "client/with-links.ts",
    "client/with-token.ts",
    "docs/client.md",
  ]);
});

describe("the table of errors", () => {
  it.each(problemCodes)("tells whether %s is retryable", (code) => {
    const isRetryable = problemOf(new VendingError(code, ""), null).retryable;
    const isTold = problemOf(new VendingError(code, "", 1), null).retryable !== isRetryable;
    expect(cellOf(`[\`${code}\`](operations.md#${code})`)).toMatch(
      isTold ? /^when told/ : isRetryable ? /^yes$/ : /^no$/,
    );
  });

  it.each([
    ["unreachable", /^yes; no after/],
    ["timeout", /^yes$/],
    ["malformed-answer", /^no$/],
  ])("tells whether %s is retryable", (code, retryable) => {
    expect(cellOf(`\`${code}\``)).toMatch(retryable);
  });
});

/** The second cell of the row that begins with this cell. */
function cellOf(first: string): string {
  const rows = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  return rows.find(([, cell]) => cell === first)?.[2] ?? "";
}

function codeIn(file: string, text: string): { where: string; name: string; code: string }[] {
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)];
  return blocks.map(([, code = ""], at) => ({
    where: `${file} ${at + 1}`,
    name: path.join(root, `${file.replaceAll(/\W/g, "-")}-${at + 1}.ts`),
    code,
  }));
}

/** Compiles all examples in one program, with the project's compiler options. */
function compileErrors(): { where: string; errors: string[] }[] {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  const codeOf = (name: string) =>
    examples.find((example) => example.name === path.resolve(name))?.code;
  host.readFile = (name) => codeOf(name) ?? readFile(name);
  host.fileExists = (name) => codeOf(name) !== undefined || fileExists(name);
  const program = ts.createProgram(
    examples.map(({ name }) => name),
    options,
    host,
  );
  return examples.map(({ where, name }) => {
    const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(name));
    const errors = diagnostics.map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, "\n"),
    );
    return { where, errors };
  });
}
