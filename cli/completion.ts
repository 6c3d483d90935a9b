import type { CommandDeclaration } from "./command.ts";
import { UsageError } from "./failure.ts";
import { optionTexts } from "./options.ts";
import { optionNamesOf } from "./parse-command-line.ts";

const shells = ["bash", "zsh", "fish"] as const;

/** The command that prints completions of these commands. Connections are not completed: that would ask AWS at each key. */
export function completionCommand(commands: readonly CommandDeclaration[]): CommandDeclaration {
  const own: CommandDeclaration = {
    name: "completion",
    args: "<shell>",
    summary: "a script with which bash, zsh or fish completes",
    does: "prints a script for bash, zsh or fish: it defines `vend` as a short form of `npm run vend --`, and completes commands and options",
    needs: "nothing",
    examples: ["completion bash"],
    notes:
      'To try it: eval "$(npm run --silent vend -- completion bash)" in bash, the same with zsh in zsh, and in fish: npm run --silent vend -- completion fish | source',
    prepare: ([text]) => {
      const shell = shells.find((each) => each === text);
      if (!shell) throw new UsageError(`Write one of ${shells.join(", ")}.`);
      const script = shell === "fish" ? fishScript(all) : bashScript(all, shell === "zsh");
      return async () => ({ answer: { shell, script }, text: script });
    },
  };
  const all = [...commands, own];
  return own;
}

function flagsOf(declaration: CommandDeclaration): string[] {
  const flags = optionNamesOf(declaration).map((name) => optionTexts[name][0].split(" ")[0] ?? "");
  return [...flags, "--help"];
}

/** What may follow the words so far: the names of commands, word by word, and then the options of one. */
function followersOf(all: readonly CommandDeclaration[]): ReadonlyMap<string, readonly string[]> {
  const followers = new Map<string, Set<string>>();
  const add = (words: string, follower: string) =>
    followers.set(words, (followers.get(words) ?? new Set()).add(follower));
  add("", "help");
  for (const declaration of all) {
    const [word = "", sub] = declaration.name.split(" ");
    add("", word);
    if (sub !== undefined) add(word, sub);
    for (const flag of flagsOf(declaration)) add(declaration.name, flag);
  }
  for (const shell of shells) add("completion", shell);
  return new Map([...followers].map(([words, some]) => [words, [...some]]));
}

function bashScript(all: readonly CommandDeclaration[], isZsh: boolean): string {
  const cases = [...followersOf(all)].map(
    ([words, some]) => `    "${words}") followers="${some.join(" ")}" ;;`,
  );
  return [
    ...(isZsh ? zshCompletion : []),
    'vend() { npm run --silent vend -- "$@"; }',
    "_vend() {",
    '  local command="" word followers=""',
    `  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do`,
    '    case "$word" in',
    "      -*|*/*) ;;",
    `      *) command="\${command:+$command }$word" ;;`,
    "    esac",
    "  done",
    '  case "$command" in',
    ...cases,
    "  esac",
    `  COMPREPLY=($(compgen -W "$followers" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    "}",
    "complete -o default -F _vend vend",
  ].join("\n");
}

/** Zsh completes as bash does once both are loaded, of which its own comes first. */
const zshCompletion = [
  "autoload -Uz compinit bashcompinit",
  "(( $+functions[compdef] )) || compinit",
  "bashcompinit",
];

function fishScript(all: readonly CommandDeclaration[]): string {
  const lines = [...followersOf(all)].flatMap(([words, some]) => {
    const seen = words === "" ? "__fish_use_subcommand" : `__vend_after ${words}`;
    return some.map((each) => `complete -c vend -n '${seen}' ${fishWord(each)}`);
  });
  return [
    "function vend; npm run --silent vend -- $argv; end",
    "function __vend_after",
    "  set -l words (string match -v -- '-*' (commandline -opc)[2..])",
    "  set -l command (string match -v -- '*/*' $words)",
    '  test "$argv" = "$command"',
    "end",
    ...lines,
  ].join("\n");
}

function fishWord(word: string): string {
  return word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
}
