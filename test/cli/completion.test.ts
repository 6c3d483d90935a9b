import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { commands } from "../../cli/commands.ts";
import { lambdaAccount } from "./lambda-account.ts";

async function script(shell: string): Promise<string> {
  const { exitCode, out } = await (await lambdaAccount({})).run(`completion ${shell}`);
  expect(exitCode).toBe(0);
  return out;
}

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const ask = [
    await script("bash"),
    `COMP_WORDS=(vend ${words.map((word) => `"${word}"`).join(" ")})`,
    `COMP_CWORD=${words.length}`,
    "_vend",
    `printf "%s\\n" "\${COMPREPLY[@]}"`,
  ].join("\n");
  const told = execFileSync("bash", ["--norc", "-c", ask], { encoding: "utf8" });
  return told.split("\n").filter(Boolean);
}

test("bash completes every command, and the second word of one that has two", async () => {
  const words = commands.map(({ name }) => name.split(" ")[0] ?? "");
  expect((await offered("")).sort()).toEqual([...new Set(["help", ...words])].sort());
  expect(await offered("st")).toEqual(["status"]);
  expect(await offered("secret", "")).toEqual(["put", "check", "rotate"]);
  expect(await offered("completion", "z")).toEqual(["zsh"]);
});

test("bash completes the options of a command, and no other's", async () => {
  expect(await offered("status", "--")).toEqual([
    ...["--json", "--watch", "--interval", "--function", "--help"],
  ]);
  const afterConnection = await offered("vend", "conferma/sandbox/default", "--show");
  expect(afterConnection).toEqual(["--show-token"]);
  expect(await offered("secret", "put", "--json", "--un")).toEqual(["--undo"]);
  expect(await offered("mint", "--")).toEqual([]);
});

test.each(["bash", "zsh", "fish"])(
  "the script for %s has every command and option",
  async (shell) => {
    const text = await script(shell);
    for (const { name } of commands) expect(text).toContain(name.split(" ").at(-1));
    expect(text).toMatch(/show-token/);
  },
);

test("of another shell is no command line", async () => {
  const { exitCode, notices } = await (await lambdaAccount({})).run("completion tcsh");
  expect([exitCode, notices]).toEqual([2, expect.stringContaining("bash, zsh, fish")]);
});
