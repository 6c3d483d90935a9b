import { startClient } from "./client-process.ts";
import type { CaseVerdict } from "./play-case.ts";
import { playCases } from "./play-case.ts";
import { readCases } from "./read-cases.ts";

// node test/conformance/play.ts <program> <options…>: plays every case with the program (docs/other-languages.md).
const command = process.argv.slice(2);
if (command.length === 0) {
  console.error(
    "Name the program that plays your client: node test/conformance/play.ts ./my-client",
  );
  process.exit(2);
}

const program = startClient(command);
const verdicts = await playCases(readCases(), program, tell);
await program.stop();
const count = (of: (verdict: CaseVerdict) => unknown) => verdicts.filter(of).length;
const failed = count(({ faults }) => faults.length > 0);
const skipped = count(({ unsupported }) => unsupported);
console.log(
  `${verdicts.length - failed - skipped} passed, ${failed} failed, ${skipped} not played`,
);
process.exitCode = failed > 0 ? 1 : 0;

function tell({ name, rule, faults, unsupported }: CaseVerdict): void {
  if (unsupported) console.log(`not played  ${name}: the program does not know "${unsupported}"`);
  else if (faults.length === 0) console.log(`passed      ${name}`);
  else
    console.log(
      `failed      ${name}: ${rule}\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
}
