import { parseArgs } from "node:util";
import { adviceFor } from "./advice.ts";
import type { Options } from "./commands.ts";
import { commands } from "./commands.ts";
import { Failure, UsageError } from "./failure.ts";
import type { Functions } from "./functions.ts";
import { openFunctions } from "./functions.ts";
import type { Terminal } from "./terminal.ts";
import { usage } from "./usage.ts";

const options = {
  json: { type: "boolean", default: false },
  "show-token": { type: "boolean", default: false },
  "min-validity": { type: "string" },
  function: { type: "string" },
  yes: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Carries out one command line. 0: done; 1: refused or failed; 2: not understood. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await carryOut(args, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.notice(`${error.message}\n\n${usage}`);
    return 2;
  }
}

async function carryOut(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsed(args);
  const [name, ...rest] = positionals;
  if (values.help || name === "help") {
    terminal.out(usage);
    return 0;
  }
  if (name === undefined) throw new UsageError("Say what to do.");
  const command = commands.get(name);
  if (!command) throw new UsageError(`${name} is no command.`);
  const act = command(rest, values);
  try {
    const { answer, text } = await withFunctions(values.function, (functions) =>
      act({ functions, terminal }),
    );
    terminal.out(printable(values.json ? JSON.stringify(answer) : text));
    return 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (values.json) terminal.out(printable(JSON.stringify({ problem: error.problem })));
    terminal.notice(printable(adviceFor(error)));
    return 1;
  }
}

async function withFunctions<T>(
  named: string | undefined,
  use: (functions: Functions) => Promise<T>,
): Promise<T> {
  const functions = openFunctions(named);
  try {
    return await use(functions);
  } finally {
    functions.close();
  }
}

/** What comes from elsewhere, a customer's name say, must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, "\ufffd");
}

function parsed(args: readonly string[]): { values: Options; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(String(Object(error).message), { cause: error });
  }
}
