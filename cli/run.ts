import { parseArgs } from "node:util";
import { adviceFor } from "./advice.ts";
import type { CommandOptions, CommandOutput, Terminal } from "./command.ts";
import { commandHelp, commands } from "./commands.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { openDeployedFunctions } from "./deployed-functions.ts";
import { CommandFailure, UsageError } from "./failure.ts";

const usage = `npm run vend -- <command>

  vend <connection>                vend its credential; the token is not shown
  reject <connection> <version>    report that the provider answered 401 to a
                                   version, and vend
  status [<realm>]                 every connection, or those of a realm
  consent <connection>             print a one-time link for the person who is
                                   to consent; --wait for what comes of it
  paste-code <connection>          use a code that a person copied from the
                                   provider; prompts for it
  disconnect <connection> --yes    end a consent: revoke it at the provider if
                                   that is supported, delete it here
  secret put <connection>          check, try and make current a value: a file,
                                   piped in or typed; --undo takes it back
  secret check <connection>        say whether the secret is right, and in use;
                                   --try requests a token with it, if need be
  secret rotate <connection>       replace a static key, and watch until it is
                                   vended
  freeze <connection|realm> --reason "…"
                                   stop it on purpose, within 30 s everywhere:
                                   nothing is vended or renewed until a thaw
  thaw <connection|realm> --reason "…"
                                   end a freeze
  recover [<realm>|<connection>…]  say what is wrong with each connection and
                                   what to do; --yes does what is safe
  reseal [<realm>|<connection>…]   seal what is stored anew, under the key and
                                   in the layout that the functions now have
  who <connection> [<version>]     say who was vended a version, or any, and who
                                   rejected it, from the logs
  ledger <connection>              say how its last versions were issued and how
                                   they ended, from the record
  history <connection>             say what happened to it, in order of time,
                                   from the logs
  help [consent]                   this text, or more about a command

  --json                    print answers as JSON
  --show-token              show the token too
  --min-validity <seconds>  require the token to remain usable for this long
  --function <name>         invoke this function instead of looking it up
  --file <path>             secret put, secret rotate: the JSON to put
  --reason <text>           freeze, thaw: why, for those who are refused
  --table <name>            freeze, thaw, ledger: the token table, if not
                            token-vending
  --restored-at <instant>   recover: when the functions began to use a restored
                            table, like 2026-11-21T10:00Z
  --wait                    consent: until the person has consented (exit code
                            0), or nothing came of the link (3)
  --person <person>         consent, paste-code: whose consent it has to be
  --customer <customer>     consent, paste-code: for whose data
  --replace                 consent, paste-code: it may replace the consent of
                            another person or customer
  --since <time>            who, history: how far to look back, like 12h, 7d
                            (default 1d) or 2026-11-21T10:00Z
  --trail <log group>       who: where CloudTrail writes, if that is not
                            /<the deployment's name>/trail

A connection is provider/environment/account, for example
conferma/production/default; a realm is provider/environment. The AWS account is
the one that the SDK's variables name: AWS_PROFILE, AWS_REGION,
AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL_SECRETS_MANAGER,
AWS_ENDPOINT_URL_CLOUDWATCH_LOGS.
`.trimEnd();

const options = {
  json: { type: "boolean", default: false },
  "show-token": { type: "boolean", default: false },
  "min-validity": { type: "string" },
  function: { type: "string" },
  reason: { type: "string" },
  table: { type: "string" },
  yes: { type: "boolean", default: false },
  "restored-at": { type: "string" },
  since: { type: "string" },
  trail: { type: "string" },
  file: { type: "string" },
  undo: { type: "boolean", default: false },
  try: { type: "boolean", default: false },
  wait: { type: "boolean", default: false },
  person: { type: "string" },
  customer: { type: "string" },
  replace: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/**
 * Runs one command line. Returns the exit code: 0 done, 1 the command failed or is incomplete, 2 the command line is wrong, 3
 * nothing came of the link that was waited for.
 */
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
    terminal.out(helpOn(positionals));
    return 0;
  }
  if (name === undefined) throw new UsageError("No command was given.");
  const command = commands.get(name);
  if (!command) throw new UsageError(`There is no command ${name}.`);
  const execute = command(rest, values);
  try {
    const output = await withFunctions(values.function, terminal, (functions) =>
      execute({
        functions,
        terminal,
        show: (early) => void printOutput(early, values.json, terminal),
      }),
    );
    return printOutput(output, values.json, terminal);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (values.json)
      terminal.out(replaceControlCharacters(JSON.stringify({ problem: error.problem })));
    terminal.notice(replaceControlCharacters(adviceFor(error)));
    return 1;
  }
}

/** `help consent` and `consent --help` say the same. */
function helpOn(positionals: readonly string[]): string {
  const name = positionals.find((word) => word !== "help") ?? "";
  return commandHelp.get(name) ?? usage;
}

/** Returns the exit code. */
function printOutput(
  { answer, text, isIncomplete, exitCode }: CommandOutput,
  isJson: boolean,
  terminal: Terminal,
): number {
  terminal.out(replaceControlCharacters(isJson ? JSON.stringify(answer) : text));
  return exitCode ?? (isIncomplete ? 1 : 0);
}

async function withFunctions<T>(
  functionName: string | undefined,
  terminal: Terminal,
  use: (functions: DeployedFunctions) => Promise<T>,
): Promise<T> {
  const functions = openDeployedFunctions(functionName, (ms) => terminal.sleep(ms));
  try {
    return await use(functions);
  } finally {
    functions.close();
  }
}

/** Text from elsewhere, such as a customer's name, must not contain terminal control sequences. */
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
