import { parseArgs } from "node:util";
import { adviceFor } from "./advice.ts";
import type { CommandOptions } from "./commands.ts";
import { commands } from "./commands.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { openDeployedFunctions } from "./deployed-functions.ts";
import { CommandFailure, UsageError } from "./failure.ts";
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
    return await runCommand(args, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.notice(`${error.message}\n\n${usage}`);
    return 2;
  }
}

async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseCommandLine(args);
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
    terminal.out(replaceControlCharacters(values.json ? JSON.stringify(answer) : text));
    return 0;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (values.json)
      terminal.out(replaceControlCharacters(JSON.stringify({ problem: error.problem })));
    terminal.notice(replaceControlCharacters(adviceFor(error)));
    return 1;
  }
}

async function withFunctions<T>(
  named: string | undefined,
  use: (functions: DeployedFunctions) => Promise<T>,
): Promise<T> {
  const functions = openDeployedFunctions(named);
  try {
    return await use(functions);
  } finally {
    functions.close();
  }
}

/** What comes from elsewhere, a customer's name say, must not steer the terminal. */
function replaceControlCharacters(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, "\ufffd");
}

function parseCommandLine(args: readonly string[]): {
  values: CommandOptions;
  positionals: string[];
} {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(String(Object(error).message), { cause: error });
  }
}
