import { adviceFor } from "./advice.ts";
import type { CommandDeclaration, CommandOutput, Terminal } from "./command.ts";
import { CommandFailure, UsageError } from "./failure.ts";
import type { CommandOptions } from "./options.ts";

const defaultIntervalSeconds = 5;

/** In milliseconds; null without `--watch`. Throws a `UsageError`. */
export function parseInterval({ watch: isWatched, interval: text }: CommandOptions): number | null {
  if (!isWatched) {
    if (text === undefined) return null;
    throw new UsageError("--interval belongs to --watch.");
  }
  if (text === undefined) return defaultIntervalSeconds * 1000;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text) * 1000;
  throw new UsageError("--interval takes a whole number of seconds, 1 or more.");
}

/**
 * Shows what a command says, again and again until the operator interrupts it. A failure after the first time is shown in its
 * place: it may pass. Throws a `CommandFailure` at the first time.
 */
export async function watch(
  terminal: Terminal,
  intervalMs: number,
  execute: () => Promise<CommandOutput>,
  show: (output: Pick<CommandOutput, "answer" | "text">) => void,
): Promise<void> {
  const interruption = new AbortController();
  const interrupted = interruption.signal;
  const end = terminal.untilInterrupted().then(() => {
    interruption.abort();
    return null;
  });
  for (let isFirst = true; !interrupted.aborted; isFirst = false) {
    const execution = execute().catch((error) => {
      if (isFirst || !(error instanceof CommandFailure)) throw error;
      return { answer: { problem: error.problem }, text: adviceFor(error) };
    });
    // A log may take long to read.
    const output = await Promise.race([execution, end]);
    if (output === null || interrupted.aborted) return;
    show(output);
    await terminal.sleep(intervalMs, interrupted).catch((error) => {
      if (!interrupted.aborted) throw error;
    });
  }
}

/**
 * A screen as one write, which overwrites the last one line by line: nothing flickers, and nothing of it is left. The
 * terminal cuts off what is longer than its line, for which it would else scroll.
 */
export function redrawn(
  text: string,
  rows: number,
  keeps: NonNullable<CommandDeclaration["watched"]>,
): string {
  const lines = fitted(text.split("\n"), Math.max(2, rows - 1), keeps);
  return `\u001b[?7l\u001b[H${lines.map((line) => `\u001b[K${line}\n`).join("")}\u001b[J\u001b[?7h`;
}

/** `first`: the lines from the first on, and the last one. `last`: the last lines. */
function fitted(
  lines: readonly string[],
  rows: number,
  keeps: "first" | "last",
): readonly string[] {
  if (lines.length <= rows) return lines;
  return keeps === "last" ? lines.slice(-rows) : [...lines.slice(0, rows - 1), ...lines.slice(-1)];
}
