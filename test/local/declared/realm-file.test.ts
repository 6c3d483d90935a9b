import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { realms as ours } from "../../../infra/realms.ts";
import { readRealmFile } from "../../../local/declared/realm-file.ts";
import { WrongOption } from "../../../local/start-options.ts";

function aFile(name: string, content: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-realms-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** The realms of a file of this name and text, or the problem with them, without the folder. */
async function read(name: string, content: string): Promise<string> {
  const file = aFile(name, content);
  try {
    return (await readRealmFile(file)).map((realm) => realm.name).join(", ");
  } catch (error) {
    expect(error).toBeInstanceOf(WrongOption);
    const { message } = error as WrongOption;
    expect(message).not.toContain("\n");
    return message.replaceAll(path.relative("", file), "<file>");
  }
}

const key = '{ provider: "static-key", environment: "a", headerName: "X-Key" }';

test("the list that a deployment of this repository has is one", async () => {
  const file = path.join(import.meta.dirname, "../../../infra/realms.ts");
  const listed = await readRealmFile(file);
  expect(listed.map(({ settings }) => settings.provider)).toEqual(
    ours.map(({ provider }) => provider),
  );
});

test.each([
  ["a.ts", `interface T { a: 1 }\nexport const realms: unknown[] = [${key}];`],
  ["a.mjs", `export default [${key}];`],
  ["a.cjs", `module.exports = { realms: [${key}] };`],
])("a list is found in %s: %s", async (name, content) => {
  expect(await read(name, content)).toBe("static-key/a");
});

const wrong = (entry: string) => `export const realms = [${entry}];`;

test.each([
  [
    "export const realm = [];",
    "<file> exports no list of realms. Write there: export const realms = [ … ];",
  ],
  ["export const realms = [];", "<file>: the list of realms is empty."],
  ["export const realms = {};", "<file> exports no list of realms."],
  ["export const realms = [", "<file> cannot be read: "],
  ['import "./not-there.ts";', "<file> cannot be read: Cannot find module"],
  ["throw new Error('no account')", "<file> cannot be read: no account"],
  [wrong("null"), "<file>, the realm at position 1: provider: is missing"],
  [
    wrong('{ provider: "static-kex", environment: "a" }'),
    "<file>, static-kex/a: provider: is unknown; did you mean static-key?",
  ],
  [
    wrong('{ provider: "static-key", environment: "a", headerNam: "X-Key" }'),
    "<file>, static-key/a: headerNam: is unknown; did you mean headerName?",
  ],
  [
    wrong('{ provider: "client-credentials", environment: "a", tokenUrl: "http://a.example" }'),
    "<file>, client-credentials/a: tokenUrl: must be an https address",
  ],
  [wrong(`${key}, ${key}`), "<file>: static-key/a is listed twice."],
  [
    wrong(`{ provider: "static-key", environment: "${"a".repeat(60)}", headerName: "X" }`),
    "characters; at most 64 are allowed. Shorten the environment.",
  ],
])("%s is refused in one line that names file, realm and setting", async (content, problem) => {
  expect(await read("a.ts", content)).toContain(problem);
});

test("npm start refuses it with the status 2, before anything is started", async () => {
  const file = aFile("a.ts", "export enum A { B }\nexport const realms = [];");
  const folder = path.join(path.dirname(file), "data");
  const server = path.join(import.meta.dirname, "../../../local/server.ts");
  const args = [server, "--folder", folder, "--ports", "0", "--realms", file];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect([await ended, stdout]).toEqual([[2, null], ""]);
  expect(stderr).toMatch(/^\S+a\.ts cannot be read: Node\.js removes types, and nothing else.*\n$/);
  expect(existsSync(folder)).toBe(false);
});

test("a file that is missing is named", async () => {
  await expect(readRealmFile("/nowhere/realms.ts")).rejects.toThrow(
    /nowhere\/realms\.ts: there is no such file\.$/,
  );
});
