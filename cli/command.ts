import type { AwsTarget } from "./aws-target.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import type { CommandOptions, OptionName } from "./options.ts";
import type { HiddenQuestion } from "./read-code.ts";

/** The screen that the answer is written to. */
export interface Screen {
  /** Null where it is no terminal: lines may have any length. */
  readonly columns: number | null;
  readonly hasColors: boolean;
}

/** The terminal, or the script, that runs the command line. */
export interface Terminal {
  readonly screen: Screen;
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
  /** Fails when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Ends when the person does not want to go on: Ctrl-C. */
  untilInterrupted(): Promise<void>;
  /** Puts text in the place of what was put there before. */
  redraw(text: string, keeps: "first" | "last"): void;
}

export interface CommandContext {
  readonly functions: DeployedFunctions;
  readonly terminal: Terminal;
  /** Where AWS is, for a command that needs more of it than the functions. Default: as the SDK's variables say. */
  readonly aws?: AwsTarget;
}

/** For a command that answers more than once. */
interface ShowingContext extends CommandContext {
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
type Command = (
  args: readonly string[],
  options: CommandOptions,
) => (context: ShowingContext) => Promise<CommandOutput>;

/** A command: from this come the command line's help, its completion, and the table in docs/operations.md. */
export interface CommandDeclaration {
  /** Two words where several commands share the first. */
  readonly name: string;
  /** In the notation of usages: `<connection> [version]`, `[targets...]`. */
  readonly args: string;
  /** A few words, for the list of all commands. */
  readonly summary: string;
  /** What it does, without the subject. */
  readonly does: string;
  /** Where docs/ has more. */
  readonly docs?: string;
  /** What the operator's role has to be granted. */
  readonly needs: string;
  readonly options?: readonly (OptionName | readonly [OptionName, text: string])[];
  /** What follows `npm run vend --`. */
  readonly examples: readonly string[];
  /** What its own help says besides. */
  readonly notes?: string;
  /** For a command that takes `--watch`: which lines a small terminal shows. */
  readonly watched?: "first" | "last";
  readonly prepare: Command;
}
