import { execFile, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execPath } from "node:process";
import { isDeepStrictEqual, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DeploymentNames } from "../../infra/deployment-names.ts";
import { functionNames } from "../../infra/function-names.ts";
import { realms } from "../../infra/realms.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import { unless } from "../support/unless.ts";
import type { RawTemplate } from "./synthesized.ts";
import { deployed, joinTemplates, sortTemplates, testLocation } from "./synthesized.ts";

const run = promisify(execFile);
const guard = new URL("./no-network.mjs", import.meta.url);
const watched = (log: string) => `--import=${guard}?log=${log}`;
const networkLog = "network-log";
const copies = mkdtempSync(path.join(tmpdir(), "token-vending-synth-"));
const hasCfnLint = spawnSync("cfn-lint", ["--version"]).status === 0;
const root = path.join(import.meta.dirname, "../..");

/** Two copies of the project, side by side, each synthesized once by `npm run synth`. */
let one: Synthesized;
let two: Synthesized;
let stack: DeployedStack;

beforeAll(async () => {
  // One validation is enough: it writes nothing that is deployed.
  [one, two] = await Promise.all([
    synthesize("one"),
    synthesize("another", "CDK_VALIDATION=false"),
  ]);
  stack = deployed(one.template, one.out);
});
afterAll(() => {
  rmSync(copies, { recursive: true, force: true });
});

describe("npm run synth", () => {
  test("uses no network, neither in the CLI nor in the app", () => {
    expect(one.networkLog).toMatch(/^watched .*\bcdk$/m);
    expect(one.networkLog).toMatch(/^watched .*infra\/app\.ts$/m);
    expect(one.networkLog).not.toMatch(/^refused/m);
  });

  test("would be detected if it used the network", async () => {
    const log = path.join(one.folder, "noticed");
    const script =
      "await fetch('http://192.0.2.1').catch(() => {}); await fetch('http://a.example')";
    const asking = run(execPath, ["--input-type=module", "--eval", script], {
      env: { NODE_OPTIONS: watched(log) },
    });
    await expect(asking).rejects.toThrow("fetch failed");
    expect(readFileSync(log, "utf8")).toMatch(/^refused .*192\.0\.2\.1.*\nrefused .*a\.example/m);
  });

  test("names no account and no Region", () => {
    // A provider's address may name a region of its own.
    const addresses = realms.flatMap((realm) => Object.values(realm).map(String));
    const text = addresses.reduce(
      (rest, address) => rest.replaceAll(address, ""),
      JSON.stringify(one.template),
    );
    expect(text).not.toMatch(/\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b/);
  });

  test("prints no error and no warning", () => {
    expect(one.printed).not.toMatch(/error|warning|deprecat/i);
  });

  // .cfnlintrc says what is not looked for, and why.
  test.skipIf(!hasCfnLint)(
    `writes templates of which cfn-lint has nothing to say${unless(hasCfnLint, "cfn-lint on the PATH")}`,
    async () => {
      const templates = globSync("*.template.json", { cwd: one.out });
      const config = path.join(root, ".cfnlintrc");
      const args = ["--config-file", config, "--", ...templates];
      const { stdout } = await run("cfn-lint", args, { cwd: one.out });
      expect(templates.length).toBeGreaterThan(3);
      expect(stdout).toBe("");
    },
  );

  test("writes the same template and the same assets, byte for byte, from any checkout", () => {
    const stacks = one.files.filter((file) => file.endsWith(".template.json"));
    expect(stacks).toHaveLength(realms.length + 3);
    expect(two.files).toEqual(one.files);
    for (const file of one.files)
      expect(contents(two.out, file), file).toEqual(contents(one.out, file));
  });

  test.each(functionNames)(
    "deploys the very bundle of %s that it made, without source maps",
    (name) => {
      const built = path.join(one.folder, "dist", "functions", name);
      const files = globSync("**/*.mjs", { cwd: built }).sort();
      const hold = (asset: string) =>
        isDeepStrictEqual(globSync("**/*.*", { cwd: asset }).sort(), files) &&
        files.every((file) => contents(asset, file).equals(contents(built, file)));
      expect(files).toContain("index.mjs");
      expect(assets().filter(hold)).toHaveLength(1);
    },
  );

  test("has no code besides these bundles, which all realms share", () => {
    expect(assets()).toHaveLength(functionNames.length);
    expect(globSync("asset.*", { cwd: one.out })).toHaveLength(functionNames.length);
  });
});

describe("the code of each function", () => {
  test("exports the handler that the function names, in its environment, without node_modules", async () => {
    const exported = stack.functions.map(async ({ folder, handler, environment }) => {
      const [module = "", name = ""] = handler.split(".");
      const { stdout } = await imported(path.join(folder, `${module}.mjs`), environment);
      expect(JSON.parse(stdout)).toMatchObject({ [name]: "function" });
    });
    await Promise.all(exported);
    expect(exported.length).toBeGreaterThan(0);
  });

  test("does not start in an environment without its realm", async () => {
    const first = stack.functions.find(({ environment }) => environment["REALM"]);
    const { REALM: _, ...rest } = first?.environment ?? {};
    await expect(imported(path.join(first?.folder ?? "", "index.mjs"), rest)).rejects.toThrow(
      /StartUpError.*REALM is missing/,
    );
  });
});

interface Synthesized {
  readonly folder: string;
  readonly template: RawTemplate;
  /** `cdk.out` */
  readonly out: string;
  readonly printed: string;
  /** The processes that were watched, and their attempts to use the network. */
  readonly networkLog: string;
  /** The files that would be deployed: the template, the list of assets, and the assets. */
  readonly files: readonly string[];
}

async function synthesize(name: string, ...variables: string[]): Promise<Synthesized> {
  const folder = path.join(copies, name);
  for (const part of [
    "package.json",
    "cdk.json",
    "tsconfig.json",
    "infra",
    "functions",
    "client",
  ]) {
    // Without what is packed there, perhaps meanwhile.
    const isPacked = (from: string) => /\/(client|infra)\/dist$/.test(from);
    cpSync(path.join(root, part), path.join(folder, part), {
      ...{ recursive: true, filter: (from) => !isPacked(from) },
    });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const printed = await npmRun("synth", folder, variables);
  const out = path.join(folder, "cdk.out");
  const files = globSync(["*.{template,assets}.json", "asset.*/**/*.*"], { cwd: out });
  const templates = globSync("*.template.json", { cwd: out }).map(
    (file) => [file.replace(/\..*/, ""), JSON.parse(contents(out, file).toString())] as const,
  );
  return {
    folder,
    out,
    template: joinTemplates(sortTemplates(new Map(templates), new DeploymentNames(), realms).ours),
    printed,
    networkLog: contents(folder, networkLog).toString(),
    files: files.sort(),
  };
}

const contents = (folder: string, file: string) => readFileSync(path.join(folder, file));

/** The folders that functions are deployed from. */
function assets(): string[] {
  return [...new Set(stack.functions.map(({ folder }) => folder))];
}

/** Runs an npm script in a folder, without network, AWS account or user settings. */
async function npmRun(
  script: string,
  folder: string,
  variables: readonly string[],
): Promise<string> {
  const { stdout, stderr } = await run(
    "sh",
    [
      ...["-c", 'exec env -i PATH="$PATH" "$@"', "sh"],
      `HOME=${folder}`,
      `NODE_OPTIONS=${watched(path.join(folder, networkLog))}`,
      "npm_config_update_notifier=false",
      ...variables,
      ...["npm", "run", script],
    ],
    { cwd: folder },
  );
  return stdout + stderr;
}

/** Prints the kinds of a module's exports, in a process with only these variables. */
function imported(file: string, environment: Readonly<Record<string, string>>) {
  const script = `
    const module = await import(${JSON.stringify(file)});
    const kinds = Object.entries(module).map(([name, value]) => [name, typeof value]);
    console.log(JSON.stringify(Object.fromEntries(kinds)));
  `;
  return run(execPath, ["--input-type=module", "--eval", script], {
    cwd: tmpdir(),
    env: { ...environment, AWS_REGION: testLocation.region },
  });
}
