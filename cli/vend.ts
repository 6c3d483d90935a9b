import { setTimeout as sleep } from "node:timers/promises";
import { readCode } from "./read-code.ts";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  notice: (text) => process.stderr.write(`${text}\n`),
  readCode: () => readCode(process.stdin, process.stderr),
  now: () => new Date(),
  sleep: (ms) => sleep(ms),
});
