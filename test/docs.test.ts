import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { connectionStates } from "../functions/model/connection-status.ts";
import { problemCodes } from "../functions/model/errors.ts";
import { measures } from "../functions/model/metrics.ts";
import { Sensitive } from "../functions/model/sensitive.ts";
import { systemClock } from "../functions/platform/system-clock.ts";
import { providerIds, providerOf, readRealm } from "../functions/providers/catalogue.ts";
import packageJson from "../package.json" with { type: "json" };
import { aKeyPair } from "./support/a-client.ts";
import { anchorsOfPage } from "./support/page-links.ts";

const root = path.join(import.meta.dirname, "..");
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root }).sort();

interface Block {
  readonly page: string;
  /** The info string of the fence: `json realm`. */
  readonly kind: string;
  readonly text: string;
}

const blocks = pages.flatMap(blocksOf);

describe("code in a page compiles", () => {
  test("as a consumer's file, in README.md", () => {
    expect(compileErrors("consumer.ts", textOf("README.md", "ts"))).toEqual([]);
  });

  test("or the compiler's errors are reported", () => {
    expect(compileErrors("consumer.ts", "const version: number = null;")).toHaveLength(2);
  });
});

/** What a page has in the place of a key, which nobody can show in one line. */
const shownKey = "-----BEGIN PRIVATE KEY-----…";

describe("a page shows only what the code accepts", () => {
  const { pem } = aKeyPair("rsa");
  const realms = blocks.filter(({ kind }) => kind === "json realm");

  test("a realm with each provider", () => {
    const shown = realms.map(({ text }) => readRealm(text).provider);
    expect([...new Set(shown)].sort()).toEqual([...providerIds].sort());
  });

  test.each(realms)(
    "a realm that starts, and a secret that its provider understands: $page",
    async (realm) => {
      const send = () => Promise.reject(new Error("not sent"));
      const context = { send, clock: systemClock, newRequestId: () => "" };
      const issuer = await providerOf(readRealm(realm.text), context).issuer();
      const secret = blocks[blocks.indexOf(realm) + 1];
      expect(secret?.kind).toBe("json secret");
      const text = secret?.text.replaceAll(JSON.stringify(shownKey), JSON.stringify(pem)) ?? "";
      expect(issuer.openGrant(new Sensitive(text), null)).toHaveProperty("issue");
    },
  );

  test("npm scripts that exist", () => {
    const named = [...read("README.md").matchAll(/\bnpm (?:run )?([\w:-]+)/g)].map(
      ([, name]) => name,
    );
    const scripts = named.filter((name) => name !== "ci");
    expect(scripts).toContain("test");
    expect(
      scripts.filter((name) => !Object.keys(packageJson.scripts).includes(name ?? "")),
    ).toEqual([]);
  });

  test("files that exist", () => {
    const prose = pages.map(read).join("\n");
    const named = [...prose.matchAll(/`((?:\w[\w-]*\/)+[\w-]+\.ts)`/g)];
    const missing = named
      .map(([, file = ""]) => file)
      // A fictitious provider of the recipe.
      .filter((file) => !/\/acme-pay(\.test)?\.ts$/.test(file))
      .filter(
        (file) => !["functions", ""].some((folder) => existsSync(path.join(root, folder, file))),
      );
    expect(named.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });
});

// Signers that take a query as it is written (botocore, curl before 8.3) sign what AWS does not compare otherwise.
test("every query of an address in a page is encoded", () => {
  const queries = pages.flatMap((page) => [...read(page).matchAll(/\/v1\/[^\s`"?]*\?([^\s`"]*)/g)]);
  expect(queries.length).toBeGreaterThan(1);
  expect(
    queries.map(([, query]) => query).filter((query) => /[^\w.~%&=…$-]/.test(query ?? "")),
  ).toEqual([]);
});

describe("every problem code", () => {
  const anchors = anchorsOfPage(read("docs/operations.md"));
  test.each(problemCodes)("%s has a section in docs/operations.md", (code) => {
    expect(anchors).toContain(code);
  });
});

describe("every measure", () => {
  test.each(Object.keys(measures))("%s has a row in docs/operations.md", (name) => {
    expect(read("docs/operations.md")).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, "m"));
  });
});

describe("every state of a connection", () => {
  test.each(connectionStates)("%s has a row in docs/operations.md", (state) => {
    expect(read("docs/operations.md")).toMatch(new RegExp(`^\\| \`${state}\` +\\|`, "m"));
  });
});

test.each(blocks.filter(({ kind }) => kind === "mermaid"))(
  "a picture shows something: $page",
  ({ text }) => {
    const [type, ...lines] = text.trim().split("\n");
    expect(type).toMatch(/^(sequenceDiagram|stateDiagram-v2|flowchart (TD|LR))$/);
    expect(lines.length).toBeGreaterThan(3);
    // A semicolon ends a statement of mermaid: what follows it is none.
    expect(lines.filter((line) => line.includes(";"))).toEqual([]);
  },
);

const queries = pages.flatMap((page) =>
  [...read(page).matchAll(/^ *```text insights\n(.*?)^ *```$/gms)].map(([, text = ""]) => ({
    page,
    stages: text.trim().split(/\s*\n\s*\| ?/),
  })),
);

test.each(queries)("a query of the log has a command at each stage: $page", ({ stages }) => {
  expect(stages.length).toBeGreaterThan(1);
  expect(stages.filter((stage) => !/^(fields|filter|stats|sort) \S/.test(stage))).toEqual([]);
});

/** Without quotations of other pages, which are fenced by four backticks. */
function read(page: string): string {
  return readFileSync(path.join(root, page), "utf8").replace(/^````.*?^````$/gms, "");
}

function blocksOf(page: string): Block[] {
  const fences = read(page).matchAll(/^```(\w[^\n]*)\n(.*?)^```$/gms);
  return [...fences].map(([, kind = "", text = ""]) => ({ page, kind, text }));
}

function textOf(page: string, kind: string): string {
  const found = blocks.filter((block) => block.page === page && block.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]?.text ?? "";
}

/** Compiles a text as if it were this file of the project, under the project's own rules. */
function compileErrors(file: string, text: string): string[] {
  const fileName = path.join(root, file);
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile;
  host.readFile = (name) => (path.resolve(name) === fileName ? text : readFile(name));
  const isThere = host.fileExists;
  host.fileExists = (name) => path.resolve(name) === fileName || isThere(name);
  const program = ts.createProgram([fileName], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
