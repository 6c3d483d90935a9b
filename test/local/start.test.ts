import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { listen } from "../../local/aws/listen.ts";
import { explainFault } from "../../local/explain-fault.ts";
import { createIdentities } from "../../local/identities.ts";
import { portsFrom } from "../../local/ports.ts";
import { AlreadyRunning, holdFolder } from "../../local/run-file.ts";
import { readStartOptions, startUsage, WrongOption } from "../../local/start-options.ts";

const server = path.join(import.meta.dirname, "../../local/server.ts");
const now = new Date("2026-11-23T08:00:00Z");

function aFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-hold-"));
  onTestFinished(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

async function npmStart(...options: string[]) {
  const child = spawn(process.execPath, [server, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  const stderr = await text(child.stderr);
  const [code] = await ended;
  return { code, stderr };
}

describe("a folder", () => {
  it("belongs to one process at a time, which says where it is, until it lets go", () => {
    const folder = aFolder();
    const hold = holdFolder(folder, now);
    hold.tell({ http: "http://127.0.0.1:8700", consents: "http://localhost:8701" });
    const again = () => holdFolder(folder, now);
    expect(again).toThrow(AlreadyRunning);
    expect(again).toThrow(`as process ${process.pid}, since 2026-11-23T08:00:00.000Z`);
    expect(again).toThrow("API http://127.0.0.1:8700, consent pages http://localhost:8701");
    hold.release();
    again().release();
    expect(existsSync(path.join(folder, "running.json"))).toBe(false);
  });

  it.each([
    ["a process that has gone", { pid: 2 ** 22 + 1, began: "1", startedAt: "2026" }],
    // Its id has been given to another process: this one.
    ["a process that began at another time", { pid: process.pid, began: "1", startedAt: "2026" }],
    ["a machine that went down while it wrote", "{"],
  ])("that was left by %s is taken over", (_, left) => {
    const folder = aFolder();
    const file = path.join(folder, "running.json");
    writeFileSync(file, typeof left === "string" ? left : JSON.stringify(left));
    holdFolder(folder, now);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid });
  });

  it("of somebody's other files is not touched", async () => {
    const folder = aFolder();
    writeFileSync(path.join(folder, "thesis.txt"), "");
    const { code, stderr } = await npmStart("--folder", folder, "--fresh", "--ports", "0");
    expect([code, stderr]).toEqual([
      2,
      `${folder} holds other files.\nTake another folder: npm start -- --folder <path>.\n`,
    ]);
    expect(readdirSync(folder)).toEqual(["thesis.txt"]);
  });

  it("is ignored by git", () => {
    const folder = aFolder();
    holdFolder(folder, now);
    execFileSync("git", ["init", "-q", folder]);
    const status = execFileSync("git", ["-C", folder, "status", "--porcelain"]);
    expect(status.toString()).toBe("");
  });

  it("keeps the users' keys of earlier runs, readable by nobody else", () => {
    const folder = aFolder();
    const keys = () => {
      const { operator, consumer } = createIdentities(undefined, folder);
      return [operator.keys, consumer.keys];
    };
    const first = keys();
    expect(keys()).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
    writeFileSync(path.join(folder, "user-keys.json"), "{");
    expect(keys()).not.toEqual(first);
  });
});

describe("npm start", () => {
  it("takes the same ports every day, or those that it is told", () => {
    const { ports } = readStartOptions([]);
    expect(ports).toEqual(portsFrom(8700));
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(ports).length);
    expect(readStartOptions(["--ports", "9700", "--kms-port", "0"]).ports).toEqual({
      ...portsFrom(9700),
      kms: 0,
    });
    expect(readStartOptions(["--ports", "0"]).ports).toEqual({});
  });

  it.each([
    [["--port", "1"], "Unknown option '--port'"],
    [["--ports", "http"], "http is not a port"],
    [["--ports", "65535"], "65535 is too high for a first port"],
    [["--kms-port", "-1"], "--kms-port"],
  ])("refuses %j in one line that names the help", (args, problem) => {
    const read = () => readStartOptions(args);
    expect(read).toThrow(WrongOption);
    expect(read).toThrow(problem);
    expect(read).toThrow(/^[^\n]* See npm start -- --help\.$/);
  });

  it("has a help for a terminal of 80 columns", () => {
    expect(startUsage.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("names the process that has its port, and leaves nothing behind", async () => {
    const folder = aFolder();
    const other = await listen(createServer());
    onTestFinished(other.stop);
    const { code, stderr } = await npmStart(
      ...["--folder", folder, "--ports", "0", "--dynamodb-port", String(other.port)],
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${other.port} is taken`);
    if (process.platform === "linux") expect(stderr).toContain(`by process ${process.pid} (`);
    expect(stderr).toContain("npm start -- --ports 9700");
    expect(stderr).not.toMatch(/^ +at /m);
    expect(existsSync(path.join(folder, "running.json"))).toBe(false);
  });

  it("ends as well when a later one of its servers has no port", async () => {
    const other = await listen(createServer());
    onTestFinished(other.stop);
    const ports = ["--ports", "0", "--kms-port", String(other.port)];
    const { code, stderr } = await npmStart("--folder", aFolder(), ...ports);
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${other.port} is taken`);
  });

  it("says what is wrong with its folder", async () => {
    const folder = path.join(aFolder(), "file");
    writeFileSync(folder, "");
    const { code, stderr } = await npmStart("--folder", path.join(folder, "x"));
    expect([code, stderr]).toEqual([
      1,
      `${folder}/x: it is no folder.\nTake another folder: npm start -- --folder <path>.\n`,
    ]);
  });

  it.each([
    ["EROFS", "it is read-only"],
    ["ENOSPC", "the disk is full"],
    ["EACCES", "this user may not write here"],
  ])("explains %s", (code, why) => {
    const error = Object.assign(new Error(`${code}: no`), { code, path: "/data" });
    expect(explainFault(error)).toEqual({
      text: `/data: ${why}.\nTake another folder: npm start -- --folder <path>.`,
      exitCode: 1,
    });
  });
});
