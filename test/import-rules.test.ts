import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ICruiseResult } from "dependency-cruiser";
import { cruise } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import { afterAll, beforeAll, expect, test } from "vitest";

const config = path.join(import.meta.dirname, "../.dependency-cruiser.js");
const { tsConfig: _, ...options } = await extractOptions(config);

const library = (name: string) => `node_modules/${name}/index.js`;

/** For each rule, an import that only this rule refuses: importing file and imported file. */
const injected: Readonly<Record<string, readonly [importer: string, imported: string]>> = {
  "model-imports-only-nothing": ["functions/model/a.ts", "functions/platform/to.ts"],
  "platform-imports-only-model": ["functions/platform/a.ts", "functions/http/to.ts"],
  "vending-imports-only-model": ["functions/vending/a.ts", "functions/store/to.ts"],
  "consents-imports-only-model+vending": ["functions/consents/a.ts", "functions/platform/to.ts"],
  "events-imports-only-model+vending": ["functions/events/a.ts", "functions/store/to.ts"],
  "bus-imports-only-model+platform": ["functions/bus/a.ts", "functions/store/to.ts"],
  "providers-imports-only-model+platform": ["functions/providers/a.ts", "functions/store/to.ts"],
  "store-imports-only-model+platform": ["functions/store/a.ts", "functions/vending/to.ts"],
  "sealing-imports-only-model+platform": ["functions/sealing/a.ts", "functions/secrets/to.ts"],
  "secrets-imports-only-model+platform": ["functions/secrets/a.ts", "functions/sealing/to.ts"],
  "http-imports-only-model+platform": ["functions/http/a.ts", "functions/providers/to.ts"],
  "core-imports-no-library-or-node-module": ["functions/vending/b.ts", library("valibot")],
  "providers-share-subfolders-only": ["functions/providers/b.ts", "functions/providers/to.ts"],
  "subfolders-know-no-provider": [
    "functions/providers/declaration/a.ts",
    "functions/providers/to.ts",
  ],
  "exchange-knows-no-oauth": [
    "functions/providers/exchange/a.ts",
    "functions/providers/oauth/client-authentication.ts",
  ],
  "oauth-knows-no-declaration": [
    "functions/providers/oauth/a.ts",
    "functions/providers/declaration/to.ts",
  ],
  "token-requests-are-loaded-on-first-use": [
    "functions/providers/declaration/b.ts",
    "functions/providers/exchange/token-request.ts",
  ],
  "renewing-is-loaded-on-first-use": [
    "functions/vending/g.ts",
    "functions/vending/issuing/renew-connection.ts",
  ],
  "the-sdk-is-loaded-on-first-use": ["functions/store/c.ts", "functions/store/sdk-item-table.ts"],
  "no-cycles": ["local/one.ts", "local/two.ts"],
  "entry-points-are-roots": ["local/a.ts", "functions/vend-token.ts"],
  "only-entry-points-compose": ["local/b.ts", "functions/compose.ts"],
  "aws-sdk-in-adapters": ["functions/http/b.ts", library("@aws-sdk/client-dynamodb")],
  "middy-in-http-only": ["functions/store/b.ts", library("@middy/core")],
  "functions-never-import-other-folders": ["functions/http/c.ts", "infra/to.ts"],
  "infra-shares-names-only": ["infra/a.ts", "functions/providers/declaration/to.ts"],
  "infra-never-imports-local": ["infra/b.ts", "local/to.ts"],
  "simulators-never-import-the-product": ["local/simulators/a.ts", "functions/model/to.ts"],
  "client-imports-the-contract-only": ["client/a.ts", "functions/model/to.ts"],
  "client-imports-only-types-of-providers": ["client/b.ts", "functions/providers/catalogue.ts"],
  "cli-imports-the-contract-only": ["cli/a.ts", "infra/to.ts"],
  "the-page-imports-what-a-browser-has": ["cli/console/browser/a.ts", "cli/console/counts.ts"],
  "the-page-imports-only-types-of-schemas": [
    "cli/console/browser/b.ts",
    "cli/console/operator-action.ts",
  ],
  "openapi-imports-the-contract-only": ["openapi/a.ts", "functions/model/to.ts"],
  "nothing-ships-test-code": ["local/c.ts", "test/to.ts"],
  "nothing-needs-the-bench": ["local/d.ts", "bench/to.ts"],
  "nothing-needs-the-site": ["local/e.ts", "site/to.ts"],
  "site-imports-nothing-else": ["site/a.ts", "local/to.ts"],
};

/** Further imports that a rule refuses: the core uses no library and no module of Node. */
const outsideOfCore = ["model", "vending", "consents"].flatMap((folder) => [
  [`functions/${folder}/e.ts`, library("valibot")] as const,
  [`functions/${folder}/f.ts`, "node:crypto"] as const,
]);

/** Further imports that load the SDK. */
const loadingTheSdk = [
  ["functions/store/d.ts", library("@aws-sdk/client-dynamodb")],
  ["functions/sealing/b.ts", library("@aws-sdk/client-kms")],
  ["functions/platform/b.ts", library("@smithy/node-http-handler")],
  ["functions/platform/c.ts", "functions/platform/aws-http-handler.ts"],
] as const;

/** Imports that the same rules allow. */
const allowed: readonly (readonly [importer: string, imported: string, statement: string])[] = [
  ["functions/vending/c.ts", "functions/model/to.ts", "import"],
  [
    "functions/providers/declaration/c.ts",
    "functions/providers/exchange/token-request.ts",
    "await import",
  ],
  [
    "functions/providers/declaration/d.ts",
    "functions/providers/exchange/token-request.ts",
    "import type { type } from",
  ],
  ["functions/vending/h.ts", "functions/vending/issuing/renew-connection.ts", "await import"],
  ["functions/store/e.ts", "functions/store/sdk-item-table.ts", "await import"],
  ["functions/store/f.ts", library("@aws-sdk/client-dynamodb"), "import type { type } from"],
  ["functions/store/sdk-item-table.ts", library("@aws-sdk/client-dynamodb"), "import"],
  ["client/c.ts", "functions/providers/catalogue.ts", "import type { type } from"],
  ["infra/c.ts", "functions/providers/catalogue.ts", "import"],
];

const folder = mkdtempSync(path.join(tmpdir(), "import-rules-"));
let refusals: ICruiseResult["summary"]["violations"];

beforeAll(async () => {
  const pairs = [...Object.values(injected), ...outsideOfCore, ...loadingTheSdk];
  for (const [, imported] of [...pairs, ...allowed]) write(imported, "export type type = 1;\n");
  for (const [importer, imported] of pairs) write(importer, statementOf(importer, imported));
  for (const [importer, imported, start] of allowed) {
    write(importer, statementOf(importer, imported, start));
  }
  write("local/two.ts", statementOf("local/two.ts", "local/one.ts"));
  const roots = new Set([...pairs, ...allowed].map(([importer]) => importer.split("/")[0] ?? ""));
  const { output } = await cruise([...roots], { ...options, baseDir: folder, validate: true });
  if (typeof output === "string") throw new Error(output);
  refusals = output.summary.violations;
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(injected))("%s refuses %j, and no other rule does", (rule, pair) => {
  expect(rulesAgainst(pair)).toEqual([rule]);
});

test.each(outsideOfCore)("%s may not import %s", (...pair) => {
  expect(rulesAgainst(pair)).toEqual(["core-imports-no-library-or-node-module"]);
});

test.each(loadingTheSdk)("%s may not import %s when it is loaded itself", (...pair) => {
  expect(rulesAgainst(pair)).toContain("the-sdk-is-loaded-on-first-use");
});

test.each(allowed)("%s may import %s by `%s`", (...pair) => {
  expect(rulesAgainst(pair)).toEqual([]);
});

test("every rule has an import that it refuses", () => {
  const rules = options.ruleSet?.forbidden?.map(({ name }) => name);
  expect(Object.keys(injected).toSorted()).toEqual(rules?.toSorted());
});

function rulesAgainst([importer, imported]: readonly [string, string, ...string[]]): string[] {
  return refusals
    .filter(({ from, to }) => from === importer && imported.endsWith(to))
    .map(({ rule }) => rule.name);
}

function statementOf(importer: string, imported: string, start = "import"): string {
  const isLibrary = imported.startsWith("node_modules/");
  const relative = path.relative(path.dirname(importer), imported);
  if (imported.startsWith("node:")) return `import "${imported}";\n`;
  const name = isLibrary ? imported.slice(13, -9) : `./${relative}`;
  return start === "await import" ? `await import("${name}");\n` : `${start} "${name}";\n`;
}

/** A library is found by its package file; Node's modules exist. */
function write(file: string, text: string): void {
  if (file.startsWith("node:")) return;
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  if (file.startsWith("node_modules/")) {
    const name = file.slice(13, -9);
    const manifest = { name, type: "module", exports: "./index.js" };
    writeFileSync(path.join(path.dirname(target), "package.json"), JSON.stringify(manifest));
  }
}
