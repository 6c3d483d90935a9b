import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { readCode, readHidden, readPiped } from "./read-code.ts";
import { run } from "./run.ts";
import { redrawn } from "./watch.ts";

const { stdout, stderr } = process;

// Whoever reads the answer may have enough of it (`| head`). A notice that nobody reads stops nothing.
stdout.on("error", ({ code }: NodeJS.ErrnoException) =>
  process.exit(code === "EPIPE" ? undefined : 1),
);
stderr.on("error", () => undefined);

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
  notice: (text) => stderr.write(`${text}\n`),
  readCode: () => readCode(process.stdin, stderr),
  readPiped: () => readPiped(process.stdin),
  readHidden: (questions) => readHidden(process.stdin, stderr, questions),
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  untilInterrupted: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => resolve());
    }),
  redraw: (text, keeps) => stdout.write(redrawn(text, stdout.rows, keeps)),
});
// A terminal that was read from, or a request that was given up, would keep the process alive.
stdout.write("", () => process.exit());
