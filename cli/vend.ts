import { setTimeout as sleep } from "node:timers/promises";
import { readCode, readHidden, readPiped } from "./read-code.ts";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  notice: (text) => process.stderr.write(`${text}\n`),
  readCode: () => readCode(process.stdin, process.stderr),
  readPiped: () => readPiped(process.stdin),
  readHidden: (questions) => readHidden(process.stdin, process.stderr, questions),
  now: () => new Date(),
  sleep: (ms) => sleep(ms),
});
// A terminal that was read from would keep the process alive.
process.stdin.destroy();
