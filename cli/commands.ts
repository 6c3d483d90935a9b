import type {
  ConnectionAnswer,
  ConnectionPage,
  ConsentLink,
  Disconnected,
  GrantedConsent,
  VendAnswer,
} from "../functions/http/contract.ts";
import { UsageError, unreached } from "./failure.ts";
import type { Functions } from "./functions.ts";
import { readConnection, readRealm, readVersion, wholeSeconds } from "./read-arguments.ts";
import { showDisconnected, showGranted, showLink } from "./show-consent.ts";
import { showCredential } from "./show-credential.ts";
import { showStatus } from "./show-status.ts";
import type { Terminal } from "./terminal.ts";

export interface Options {
  readonly json: boolean;
  readonly "show-token": boolean;
  readonly "min-validity"?: string | undefined;
  readonly function?: string | undefined;
  readonly yes: boolean;
  readonly help: boolean;
}

interface Surroundings {
  readonly functions: Functions;
  readonly terminal: Terminal;
}

/** What a command has to say: to programs, and to people. */
interface Said {
  readonly answer: object;
  readonly text: string;
}

/** Understands its arguments at once, failing with a `UsageError`; then acts, failing with a `Failure`. */
type Command = (
  args: readonly string[],
  options: Options,
) => (surroundings: Surroundings) => Promise<Said>;

export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["vend", (args, options) => vend(only(args, 1), options, null)],
  ["reject", (args, options) => vend(only(args, 2), options, readVersion(args[1]))],
  ["status", (args) => status(args)],
  ["consent", (args) => consent(only(args, 1))],
  ["paste-code", (args) => pasteCode(only(args, 1))],
  ["disconnect", (args, options) => disconnect(only(args, 1), options)],
]);

function only(args: readonly string[], count: number): readonly string[] {
  if (args.length === count) return args;
  const wanted = count === 1 ? "one argument" : `${count} arguments`;
  throw new UsageError(`This command takes ${wanted}, not ${args.length}.`);
}

function vend([text]: readonly string[], options: Options, rejectedVersion: number | null) {
  const { realm, account } = readConnection(text);
  const seconds = wholeSeconds(options["min-validity"]);
  return async ({ functions, terminal }: Surroundings): Promise<Said> => {
    const payload = {
      account,
      ...(seconds === null ? {} : { minValiditySeconds: seconds }),
      ...(rejectedVersion === null ? {} : { rejectedVersion }),
    };
    const answer = await functions.ask<VendAnswer>("vend-token", realm, payload);
    const isShown = options["show-token"];
    const { token: _, header, extraHeaders: __, ...rest } = answer;
    return {
      answer: isShown ? answer : { ...rest, header: { name: header.name } },
      text: showCredential(answer, isShown, terminal.now()),
    };
  };
}

function status(args: readonly string[]) {
  const [text] = only(args, args.length === 0 ? 0 : 1);
  const realm = text === undefined ? null : readRealm(text);
  return async ({ functions, terminal }: Surroundings): Promise<Said> => {
    const connections: ConnectionAnswer[] = [];
    let cursor: string | null = null;
    do {
      const payload = { ...(realm ? { realm } : {}), ...(cursor ? { cursor } : {}) };
      const page: ConnectionPage = await functions.ask("list-connections", null, payload);
      connections.push(...page.connections);
      cursor = page.cursor;
    } while (cursor !== null);
    return { answer: { connections }, text: showStatus(connections, terminal.now()) };
  };
}

function consent([text]: readonly string[]) {
  const { realm, account, connection } = readConnection(text);
  return async ({ functions, terminal }: Surroundings): Promise<Said> => {
    const answer = await functions.ask<ConsentLink>("begin-consent", realm, { account });
    return { answer, text: showLink(connection, answer, terminal.now()) };
  };
}

function pasteCode([text]: readonly string[]) {
  const { realm, account } = readConnection(text);
  return async ({ functions, terminal }: Surroundings): Promise<Said> => {
    const code = await terminal.readCode();
    if (code === null) throw unreached("no-code", "There is no code", "Nothing was pasted.");
    const answer = await functions.ask<GrantedConsent>("complete-consent", realm, {
      account,
      code,
    });
    return { answer, text: showGranted(answer, terminal.now()) };
  };
}

function disconnect([text]: readonly string[], options: Options) {
  const { realm, account, connection } = readConnection(text);
  if (!options.yes) {
    throw new UsageError(
      `This ends the consent to ${connection}: nothing is vended from it until somebody consents anew. If that is meant, say --yes.`,
    );
  }
  return async ({ functions }: Surroundings): Promise<Said> => {
    const payload = { account, disconnect: true };
    const answer = await functions.ask<Disconnected>("complete-consent", realm, payload);
    return { answer, text: showDisconnected(answer) };
  };
}
