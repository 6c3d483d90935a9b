import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { readCode, readHidden, readPiped } from "./read-code.ts";
import { run } from "./run.ts";
import { redrawn } from "./watch.ts";

const { stdout } = process;

process.exitCode = await run(process.argv.slice(2), {
  // A terminal may be resized.
  get screen() {
    return {
      columns: stdout.isTTY ? stdout.columns : null,
      // Node decides, by NO_COLOR, FORCE_COLOR, TERM and what stdout is.
      hasColors: styleText("bold", "x", { stream: stdout }) !== "x",
    };
  },
  out: (text) => stdout.write(`${text}\n`),
  notice: (text) => process.stderr.write(`${text}\n`),
  readCode: () => readCode(process.stdin, process.stderr),
  readPiped: () => readPiped(process.stdin),
  readHidden: (questions) => readHidden(process.stdin, process.stderr, questions),
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  untilInterrupted: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => resolve());
    }),
  redraw: (text, keeps) => stdout.write(redrawn(text, stdout.rows, keeps)),
});
// A terminal that was read from would keep the process alive.
process.stdin.destroy();
