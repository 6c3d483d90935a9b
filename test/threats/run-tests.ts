import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { execPath } from "node:process";
import type { MitigatedThreat } from "../../docs/threats/threat.ts";

type NamedTest = MitigatedThreat["test"];

/** One test as Vitest reports it. */
export interface TestReport {
  /** From the repository's root. */
  readonly file: string;
  /** From the outermost `describe` to the test. */
  readonly titles: readonly string[];
  readonly status: string;
}

/** A test that fails only because it hangs is waited for no longer. */
const testTimeoutMs = 30_000;
/** A process that a removed limit has let run away. */
const runTimeoutMs = 300_000;

/** Runs these tests alone, in a copy of the repository. Empty when the files could not be loaded. */
export async function runTests(copy: string, tests: readonly NamedTest[]): Promise<TestReport[]> {
  const output = path.join(copy, "dist", "threats.json");
  rmSync(output, { force: true });
  const files = [...new Set(tests.map(([file]) => file))];
  const names = tests.map(([, ...titles]) => `^${titles.map(patternOf).join(" > ")}$`);
  const vitest = spawn(
    execPath,
    [
      path.join("node_modules", "vitest", "vitest.mjs"),
      ...["run", ...files, "-t", names.join("|")],
      ...["--reporter=json", `--outputFile=${output}`, `--testTimeout=${testTimeoutMs}`],
    ],
    { cwd: copy, stdio: "ignore", timeout: runTimeoutMs },
  );
  await once(vitest, "close");
  return reportsIn(copy, output);
}

function reportsIn(copy: string, output: string): TestReport[] {
  const { testResults } = readReport(output);
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: path.relative(copy, name),
      titles: [...ancestorTitles, title],
      status,
    })),
  );
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

function readReport(file: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { testResults: [] };
  }
}

/** Of a test that was run. */
const ranStatuses: ReadonlySet<string> = new Set(["passed", "failed"]);

/** The reports of the tests that these titles name: several where they come from a table of cases. */
export function reportsOf([file, ...titles]: NamedTest, reports: readonly TestReport[]) {
  const pattern = new RegExp(`^${titles.map(patternOf).join("\n")}$`, "s");
  return reports.filter(
    (report) =>
      report.file === file &&
      ranStatuses.has(report.status) &&
      pattern.test(report.titles.join("\n")),
  );
}

/** Of a title as it is written: where a table of cases is inserted, anything may stand. */
function patternOf(title: string): string {
  const pieces = title.split(/%[sdifjo#]|\$[\w.]+/);
  return pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
}
