import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { ScratchTree } from "./support/scratch-tree.ts";

const tree = new ScratchTree([
  ...["functions", "cli", "client", "openapi", "package.json"],
  ...["local/format-table.ts", "local/wrap-text.ts"],
]);
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

test("a new problem code does not compile until it has a status, a page, advice, a finding and an example, and it is said whether another secret helps", () => {
  const tables = [
    "cli/advice.ts",
    "cli/recovery-findings.ts",
    "functions/http/pages/outcome-pages.ts",
    "functions/http/problem.ts",
    "functions/model/errors.ts",
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

test("a new state of a connection does not compile until it has a next step and a finding", () => {
  const tables = ["cli/format-status.ts", "cli/recovery-findings.ts"];
  const errors = filesWithErrors(
    "functions/model/connection-status.ts",
    '  "damaged",\n',
    '  "damaged",\n  "unheard-of",\n',
    tables,
  );
  expect(errors).toEqual(tables);
});

test.each(["unheardOf", "unheardOf?"])(
  "a new member %s of a vend's answer does not compile until the client passes it on, the command line shows it and the API's description has it",
  (member) => {
    const tables = ["cli/format-answers.ts", "client/credential.ts", "openapi/answer-schemas.ts"];
    const errors = filesWithErrors(
      "functions/http/contract.ts",
      "  readonly token: string;\n",
      `  readonly token: string;\n  readonly ${member}: string;\n`,
      tables,
    );
    expect(errors).toEqual(tables);
  },
);

test("a new member of a connection's status does not compile until the API's description has it", () => {
  const errors = filesWithErrors(
    "functions/http/status-contract.ts",
    "  readonly state: ConnectionState;\n",
    "  readonly state: ConnectionState;\n  readonly unheardOf?: string;\n",
    ["openapi/answer-schemas.ts"],
  );
  expect(errors).toEqual(["openapi/answer-schemas.ts"]);
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

test("a new attribute of the record does not compile until it is listed for removal, and as readable or withheld", () => {
  const file = "functions/store/record-attributes.ts";
  const written = "    secretVersion: text(token.secretVersion),\n";
  const listed = '  "secretVersion",\n';
  expect(filesWithErrors(file, written, `${written}    unheardOf: text(""),\n`, [file])).toEqual([
    file,
  ]);
  expect(filesWithErrors(file, listed, `${listed}  "unheardOf",\n`, [file])).toEqual([file]);
});
