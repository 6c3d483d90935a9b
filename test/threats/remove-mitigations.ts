import { rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { MitigatedThreat } from "../../docs/threats/threat.ts";
import { isMitigated } from "../../docs/threats/threat.ts";
import { threats } from "../../docs/threats/threats.ts";
import { formatTable } from "../../local/format-table.ts";
import { reportsOf, runTests } from "./run-tests.ts";
import { copyRepository, removeIn } from "./scratch-repository.ts";

/**
 * `npm run threats`: removes each mitigation of docs/threat-model.md in a copy of the repository, and checks that the
 * test that is named beside it fails. Fails when a test stays green, or when a removal no longer applies.
 */
const { positionals } = parseArgs({ allowPositionals: true });
const all = threats.filter(isMitigated);
const chosen =
  positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name));
const unknown = positionals.filter((name) => !all.some((threat) => threat.name === name));
if (unknown.length > 0) {
  console.error(`No mitigated threat is called ${unknown.join(", ")}.`);
  process.exit(2);
}

/** What a result begins with when the test has noticed. */
const red = "red";
const root = path.join(import.meta.dirname, "..", "..");
const copy = copyRepository(root);
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));

console.log(`Running the tests of ${chosen.length} mitigations as they are …`);
const whole = await runTests(
  copy,
  chosen.map(({ test }) => test),
);

const rows: [threat: string, result: string, test: string][] = [];
for (const [at, threat] of chosen.entries()) {
  const begun = performance.now();
  const result = await resultOf(threat);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`${at + 1}/${chosen.length} ${threat.name}: ${result} (${seconds} s)`);
  rows.push([threat.name, result, threat.test[0]]);
}

const caught = rows.filter(([, result]) => result.startsWith(red));
console.log(`\n${formatTable(["threat", "without its mitigation", "test"], rows)}\n`);
console.log(`${caught.length} of ${rows.length} mitigations are needed by their tests.`);
process.exitCode = caught.length === rows.length ? 0 : 1;

async function resultOf(threat: MitigatedThreat): Promise<string> {
  const before = reportsOf(threat.test, whole);
  if (before.length === 0) return "no such test";
  if (before.some(({ status }) => status !== "passed")) return "its test fails anyway";
  let restore: () => void;
  try {
    restore = removeIn(copy, threat.removal);
  } catch (error) {
    console.error(String(error));
    return "cannot be removed";
  }
  const after = reportsOf(threat.test, await runTests(copy, [threat.test]));
  restore();
  if (after.length === 0) return "does not load without it";
  const failed = after.filter(({ status }) => status === "failed").length;
  return failed > 0 ? `${red} (${failed} of ${after.length})` : "GREEN";
}
