import type { Disconnected, GrantedConsent, VendAnswer } from "../functions/http/contract.ts";
import { allConnections } from "./all-connections.ts";
import type { Command, CommandContext, CommandOptions, CommandOutput } from "./command.ts";
import { expectArgs } from "./command.ts";
import { consent, consentHelp, ownerIn } from "./consent.ts";
import { cliFailure, UsageError } from "./failure.ts";
import { formatCredential, formatDisconnected, formatGrantedConsent } from "./format-answers.ts";
import { formatStatus } from "./format-status.ts";
import { freeze, thaw } from "./freeze.ts";
import { history } from "./history.ts";
import { ledger } from "./ledger.ts";
import { parseConnection, parseMinValidity, parseRealm, parseVersion } from "./parse-arguments.ts";
import { recover } from "./recover.ts";
import { reseal } from "./reseal.ts";
import { secret } from "./secrets/secret-commands.ts";
import { who } from "./who.ts";

export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["vend", (args, options) => vend(expectArgs(args, 1), options, null)],
  ["reject", (args, options) => vend(expectArgs(args, 2), options, parseVersion(args[1]))],
  ["status", (args) => status(args)],
  ["consent", consent],
  ["paste-code", (args, options) => pasteCode(expectArgs(args, 1), options)],
  ["disconnect", (args, options) => disconnect(expectArgs(args, 1), options)],
  ["secret", secret],
  ["freeze", freeze],
  ["thaw", thaw],
  ["recover", recover],
  ["reseal", reseal],
  ["who", who],
  ["ledger", ledger],
  ["history", history],
]);

/** What a command says of itself at length; of the others the usage says all. */
export const commandHelp: ReadonlyMap<string, string> = new Map([["consent", consentHelp]]);

function vend([text]: readonly string[], options: CommandOptions, rejectedVersion: number | null) {
  const { realm, account } = parseConnection(text);
  const seconds = parseMinValidity(options["min-validity"]);
  return async ({ functions, terminal }: CommandContext): Promise<CommandOutput> => {
    const payload = {
      account,
      ...(seconds === null ? {} : { minValiditySeconds: seconds }),
      ...(rejectedVersion === null ? {} : { rejectedVersion }),
    };
    const answer = await functions.invoke<VendAnswer>("vend-token", realm, payload);
    const isTokenShown = options["show-token"];
    const { token: _, header, extraHeaders: __, ...rest } = answer;
    return {
      answer: isTokenShown ? answer : { ...rest, header: { name: header.name } },
      text: formatCredential(answer, isTokenShown, terminal.now()),
    };
  };
}

function status(args: readonly string[]) {
  const [text] = expectArgs(args, args.length === 0 ? 0 : 1);
  const realm = text === undefined ? null : parseRealm(text);
  return async ({ functions, terminal }: CommandContext): Promise<CommandOutput> => {
    const connections = await allConnections(functions, realm);
    return { answer: { connections }, text: formatStatus(connections, terminal.now()) };
  };
}

function pasteCode([text]: readonly string[], options: CommandOptions) {
  const { realm, account } = parseConnection(text);
  return async ({ functions, terminal }: CommandContext): Promise<CommandOutput> => {
    const code = await terminal.readCode();
    if (code === null) throw cliFailure("no-code", "No code was given", "Nothing was pasted.");
    const answer = await functions.invoke<GrantedConsent>("complete-consent", realm, {
      account,
      code,
      ...ownerIn(options),
    });
    return { answer, text: formatGrantedConsent(answer, terminal.now()) };
  };
}

function disconnect([text]: readonly string[], options: CommandOptions) {
  const { realm, account, connection } = parseConnection(text);
  if (!options.yes) {
    throw new UsageError(
      `This ends the consent to ${connection}: nothing is vended from it until\nsomebody consents again. Add --yes to confirm.`,
    );
  }
  return async ({ functions }: CommandContext): Promise<CommandOutput> => {
    const payload = { account, disconnect: true };
    const answer = await functions.invoke<Disconnected>("complete-consent", realm, payload);
    return { answer, text: formatDisconnected(answer) };
  };
}
