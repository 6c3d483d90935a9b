import type { DeployedFunctions } from "./deployed-functions.ts";
import { UsageError } from "./failure.ts";
import type { HiddenQuestion } from "./read-code.ts";

export interface CommandOptions {
  readonly json: boolean;
  readonly "show-token": boolean;
  readonly "min-validity"?: string | undefined;
  readonly function?: string | undefined;
  readonly reason?: string | undefined;
  readonly table?: string | undefined;
  readonly "restored-at"?: string | undefined;
  readonly since?: string | undefined;
  readonly trail?: string | undefined;
  readonly yes: boolean;
  readonly file?: string | undefined;
  readonly undo?: boolean | undefined;
  readonly try?: boolean | undefined;
  readonly wait?: boolean | undefined;
  readonly person?: string | undefined;
  readonly customer?: string | undefined;
  readonly replace?: boolean | undefined;
  readonly help: boolean;
}

/** The terminal, or the script, that runs the command line. */
export interface Terminal {
  /** Writes the command's answer. */
  out(text: string): void;
  /** Writes a message that is not part of the answer. */
  notice(text: string): void;
  /** Reads a code that must appear neither in arguments nor on the screen. Null if none is given. */
  readCode(): Promise<string | null>;
  /** Everything that is piped in; null if a terminal is there instead. */
  readPiped(): Promise<Uint8Array | null>;
  /**
   * Asks for lines that are not shown, and returns them without blanks around them. Null if that is interrupted, if an
   * answer is missing, or if nobody is there.
   */
  readHidden(questions: readonly HiddenQuestion[]): Promise<string[] | null>;
  now(): Date;
  sleep(ms: number): Promise<void>;
}

export interface CommandContext {
  readonly functions: DeployedFunctions;
  readonly terminal: Terminal;
}

/** For a command that answers more than once. */
export interface ShowingContext extends CommandContext {
  /** Prints an answer that is not the last. */
  show(output: Pick<CommandOutput, "answer" | "text">): void;
}

/** A command's answer: `answer` is printed for programs (--json), `text` for people. */
export interface CommandOutput {
  readonly answer: object;
  readonly text: string;
  /** The command did not do all that it was told to. */
  readonly isIncomplete?: boolean;
  /** Other than 0 to 2, for a command whose success has more than one outcome. */
  readonly exitCode?: number;
}

/**
 * Parses its arguments, throwing a `UsageError`; the function that it returns then runs, throwing a `CommandFailure`.
 */
export type Command = (
  args: readonly string[],
  options: CommandOptions,
) => (context: ShowingContext) => Promise<CommandOutput>;

export function expectArgs(args: readonly string[], count: number): readonly string[] {
  if (args.length === count) return args;
  const expected = count === 1 ? "one argument" : `${count} arguments`;
  throw new UsageError(`This command takes ${expected}, not ${args.length}.`);
}
