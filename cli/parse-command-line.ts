import { CommanderError, Command as Parser } from "commander";
import { wrapText } from "../local/wrap-text.ts";
import type { CommandDeclaration, Screen } from "./command.ts";
import { UsageError } from "./failure.ts";
import type { CommandOptions, OptionName } from "./options.ts";
import { optionTexts } from "./options.ts";
import { proseColumns } from "./prose-columns.ts";

/** What a command line asks for: a command, or a text about one or all of them. */
export type ParsedLine =
  | {
      readonly declaration: CommandDeclaration;
      readonly args: readonly string[];
      readonly options: CommandOptions;
    }
  | { readonly help: string };

const program = "npm run vend --";

/** Throws a `UsageError`. `help status` and `status --help` say the same. */
export function parseCommandLine(
  words: readonly string[],
  declarations: readonly CommandDeclaration[],
  screen: Screen,
): ParsedLine {
  const printed: string[] = [];
  let parsed: ParsedLine | null = null;
  const parser = parserOf(declarations, (line) => {
    parsed = line;
  });
  for (const each of withSubcommands(parser)) {
    each.exitOverride().configureOutput({
      writeOut: (text) => printed.push(text),
      writeErr: (text) => printed.push(text),
      getOutHelpWidth: () => proseColumns(screen),
      getErrHelpWidth: () => proseColumns(screen),
    });
  }
  const [first, ...others] = words;
  try {
    parser.parse(first === "help" ? [...others, "--help"] : [...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const text = printed.join("").trimEnd();
    if (error.exitCode === 0) return { help: text };
    // biome-ignore lint/style/useErrorCause: it repeats what was typed.
    throw new UsageError(usageMessage(error, text));
  }
  return parsed ?? { help: parser.helpInformation().trimEnd() };
}

/** What is wrong, without repeating values: somebody may have written a secret there. */
function usageMessage({ code }: CommanderError, printed: string): string {
  const [, suggestion = ""] = /(\n\(Did you mean [^()]*\))$/.exec(printed) ?? [];
  const [, option = ""] = /^error: unknown option '(--?[\w-]*)/.exec(printed) ?? [];
  switch (code) {
    case "commander.unknownCommand":
      return `There is no such command.${suggestion}`;
    case "commander.unknownOption":
      return `Unknown option ${option}.${suggestion}`;
    case "commander.excessArguments":
      return "There are too many arguments.";
    default:
      return printed.replace(/^error: (.)/, (_, first: string) => first.toUpperCase());
  }
}

function withSubcommands(parser: Parser): Parser[] {
  return [parser, ...parser.commands.flatMap(withSubcommands)];
}

function parserOf(
  declarations: readonly CommandDeclaration[],
  found: (line: ParsedLine) => void,
): Parser {
  const parser = new Parser(program)
    .usage("<command>")
    .description("Invokes the functions of token vending, as their operator.")
    .configureHelp({
      showGlobalOptions: true,
      visibleCommands: leavesOf,
      subcommandTerm: (command) =>
        `${nameWithin(command)} ${command.usage().replace("[options]", "")}`,
    })
    .helpOption("--help", "what a command does, and its options")
    .helpCommand(false)
    .option(...optionTexts.json)
    .addHelpText("after", `\n${closing}`);
  for (const declaration of declarations) {
    const [word = "", sub] = declaration.name.split(" ");
    const parent = sub === undefined ? parser : groupOf(parser, word);
    addCommand(parent, sub ?? word, declaration, found);
  }
  return parser;
}

/** All commands that can be run, without those that only have others. */
function leavesOf(parser: Parser): Parser[] {
  return parser.commands.flatMap((each) => (each.commands.length > 0 ? leavesOf(each) : [each]));
}

/** With the name of its group. */
function nameWithin(command: Parser): string {
  const group = command.parent;
  return group?.parent ? `${group.name()} ${command.name()}` : command.name();
}

function groupOf(parser: Parser, word: string): Parser {
  const group = parser.commands.find((each) => each.name() === word);
  if (group) return group;
  return parser
    .command(word)
    .usage("<command>")
    .helpCommand(false)
    .helpOption("--help", "what a command does, and its options")
    .copyInheritedSettings(parser);
}

function addCommand(
  parent: Parser,
  name: string,
  declaration: CommandDeclaration,
  found: (line: ParsedLine) => void,
): void {
  const { args, summary, does, examples, needs, docs, notes, options = [] } = declaration;
  const command = parent
    .command(`${name} ${args}`.trim())
    .copyInheritedSettings(parent)
    .helpOption("--help", "this text")
    .usage(args)
    .summary(summary)
    .description(`${sentence(does)}${notes ? `\n\n${notes}` : ""}`);
  for (const each of options) {
    const [option, text] = typeof each === "string" ? [each, optionTexts[each][1]] : each;
    command.option(optionTexts[option][0], text);
  }
  const shown = examples.map((example) => `  ${program} ${example}`);
  const more = docs ? [`More: docs/${docs}`] : [];
  const role = wrapText(`Your role needs ${plain(needs)}.`, "", "  ");
  command.addHelpText("after", ["", "Examples:", ...shown, "", role, ...more].join("\n"));
  command.action(() => {
    found({ declaration, args: command.args, options: command.optsWithGlobals() });
  });
}

/** The texts are in Markdown, for the table in docs/operations.md too. */
function plain(text: string): string {
  return text.replaceAll("`", "").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${plain(text.slice(1))}.`;
}

/** The names of options as they are declared are those of `CommandOptions`. */
export function optionNamesOf({ options = [] }: CommandDeclaration): readonly OptionName[] {
  return ["json", ...options.map((each) => (typeof each === "string" ? each : each[0]))];
}

const closing = `More about a command: npm run vend -- help status

A connection is provider/environment/account, for example
conferma/production/default; a realm is provider/environment. The AWS account is
the one that the SDK's variables name: AWS_PROFILE, AWS_REGION,
AWS_ENDPOINT_URL. The whole system on this machine, against simulated providers:
npm start; those providers alone, for a team's tests: npm run providers.

Exit code: 0 done; 1 a problem, or not all was done; 2 the command line is
wrong; 3 nothing came of the link that consent --wait waited for.`;
