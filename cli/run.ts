import { adviceFor } from "./advice.ts";
import type { CommandOutput, Terminal } from "./command.ts";
import { commands } from "./commands.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { openDeployedFunctions } from "./deployed-functions.ts";
import { CommandFailure, UsageError } from "./failure.ts";
import { paintedSequence } from "./paint.ts";
import type { ParsedLine } from "./parse-command-line.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import { replaceControlCharacters } from "./plain-json.ts";
import { parseInterval, watch } from "./watch.ts";

/**
 * Runs one command line. Returns the exit code: 0 done, 1 the command failed or is incomplete, 2 the command line is wrong, 3
 * nothing came of the link that was waited for.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const line = parseCommandLine(args, commands, terminal.screen);
    if ("declaration" in line) return await runCommand(line, terminal);
    terminal.out(line.help);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.notice(replaceControlCharacters(`${error.message}\n\n${helpFor(args)}`));
    return 2;
  }
}

/** Where to read how the command line should look. */
function helpFor(args: readonly string[]): string {
  const known = commands.find(({ name }) => `${args.join(" ")} `.startsWith(`${name} `));
  return `Next: npm run vend -- ${known ? `${known.name} --help` : "help"}`;
}

async function runCommand(
  { declaration, args, options }: Extract<ParsedLine, { readonly args: unknown }>,
  terminal: Terminal,
): Promise<number> {
  const isJson = options.json ?? false;
  const intervalMs = parseInterval(options);
  const execute = declaration.prepare(args, options);
  try {
    const print = (output: CommandOutput) => printOutput(output, isJson, terminal);
    return await withFunctions(options.function, terminal, async (functions) => {
      const once = () => execute({ functions, terminal, show: (early) => void print(early) });
      if (intervalMs === null) return print(await once());
      const isRedrawn = !isJson && terminal.screen.columns !== null;
      await watch(terminal, intervalMs, once, (output) => {
        if (isRedrawn)
          terminal.redraw(printable(output.text, terminal), declaration.watched ?? "first");
        else print(output);
      });
      return 0;
    });
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (isJson) terminal.out(replaceControlCharacters(JSON.stringify({ problem: error.problem })));
    terminal.notice(replaceControlCharacters(adviceFor(error)));
    return 1;
  }
}

/** Returns the exit code. */
function printOutput(
  { answer, text, isIncomplete, exitCode }: CommandOutput,
  isJson: boolean,
  terminal: Terminal,
): number {
  terminal.out(
    isJson ? replaceControlCharacters(JSON.stringify(answer)) : printable(text, terminal),
  );
  return exitCode ?? (isIncomplete ? 1 : 0);
}

async function withFunctions<T>(
  functionName: string | undefined,
  terminal: Terminal,
  use: (functions: DeployedFunctions) => Promise<T>,
): Promise<T> {
  const functions = openDeployedFunctions(functionName, terminal);
  try {
    return await use(functions);
  } finally {
    functions.close();
  }
}

/** With the colours that `paint` has put into it. Those of anybody else do no harm, and are not let in (cli/plain-json.ts). */
function printable(text: string, { screen }: Terminal): string {
  if (!screen.hasColors) return replaceControlCharacters(text);
  const painted = text.match(paintedSequence) ?? [];
  const plain = text.split(paintedSequence).map(replaceControlCharacters);
  return plain.map((part, at) => `${part}${painted[at] ?? ""}`).join("");
}
