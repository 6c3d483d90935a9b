import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { commands } from "../../cli/commands.ts";
import { unless } from "../support/unless.ts";
import { lambdaAccount } from "./lambda-account.ts";

async function script(shell: string): Promise<string> {
  const { exitCode, out } = await (await lambdaAccount({})).run(`completion ${shell}`);
  expect(exitCode).toBe(0);
  return out;
}

type Ask = (words: readonly string[]) => readonly string[];

const askBash: Ask = (words) => [
  `COMP_WORDS=(vend ${words.map((word) => `"${word}"`).join(" ")})`,
  `COMP_CWORD=${words.length}`,
  "_vend",
  `printf "%s\\n" "\${COMPREPLY[@]}"`,
];
/** As bashcompinit calls it, with which zsh does what bash does; what does not begin with the word is left out later. */
const askZsh: Ask = (words) => [
  ...["asked() {", "emulate -L sh", ...askBash(words), "}"],
  `asked | grep -- "^${words.at(-1)}"`,
];
const askFish: Ask = (words) => [`complete -C "vend ${words.join(" ")}"`];

describe.each([
  ["bash", "--norc", askBash],
  ["zsh", "-f", askZsh],
  ["fish", "--no-config", askFish],
] as const)("%s", (shell, withoutSettings, ask) => {
  const isInstalled = spawnSync(shell, ["--version"]).status === 0;
  const reason = unless(isInstalled, `${shell} on the PATH`);

  /** What it offers for the last of these words. */
  async function offered(...words: readonly string[]): Promise<string[]> {
    const lines = [await script(shell), ...ask(words)].join("\n");
    const options = { encoding: "utf8", input: "" } as const;
    const { stdout, stderr } = spawnSync(shell, [withoutSettings, "-c", lines], options);
    expect(stderr).toBe("");
    return stdout.split("\n").filter(Boolean).sort();
  }

  test.skipIf(!isInstalled)(
    `completes every command, and the second word of some${reason}`,
    async () => {
      const words = commands.map(({ name }) => name.split(" ")[0] ?? "");
      expect(await offered("")).toEqual([...new Set(["help", ...words])].sort());
      expect(await offered("st")).toEqual(["status"]);
      expect(await offered("secret", "")).toEqual(["check", "put", "rotate"]);
      expect(await offered("completion", "z")).toEqual(["zsh"]);
    },
  );

  test.skipIf(!isInstalled)(
    `completes the options of a command, and no other's${reason}`,
    async () => {
      expect(await offered("status", "--")).toEqual([
        ...["--function", "--help", "--interval", "--json", "--watch"],
      ]);
      const afterConnection = await offered("vend", "conferma/sandbox/default", "--show");
      expect(afterConnection).toEqual(["--show-token"]);
      expect(await offered("secret", "put", "--json", "--un")).toEqual(["--undo"]);
      expect(await offered("mint", "--")).toEqual([]);
    },
  );

  test("is given every command and option", async () => {
    const text = await script(shell);
    for (const { name } of commands) expect(text).toContain(name.split(" ").at(-1));
    expect(text).toMatch(/show-token/);
  });
});

test("of another shell is no command line", async () => {
  const { exitCode, notices } = await (await lambdaAccount({})).run("completion tcsh");
  expect([exitCode, notices]).toEqual([2, expect.stringContaining("bash, zsh, fish")]);
});
