import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { ProcessVariables } from "../world/world.ts";

/** One cold start, from before the import until the first answer. */
export interface ColdStart {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly files: readonly string[];
}

const file = path.join(import.meta.dirname, "run-once.mjs");

/** Starts a process that imports a bundle and calls its handler once. Fails if that does not answer. */
export async function startCold(
  bundle: string,
  account: string,
  variables: ProcessVariables,
): Promise<ColdStart> {
  const child = fork(file, [bundle, JSON.stringify({ account })], {
    env: variables,
    execArgv: ["--no-warnings"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const complaints: string[] = [];
  child.stderr?.on("data", (text) => complaints.push(String(text)));
  const closed = once(child, "close");
  const [started] = await Promise.race([once(child, "message"), closed.then(() => [null])]);
  await closed;
  if (!started?.isAnswered)
    throw new Error(`${bundle} does not answer: ${complaints.join("").slice(-1000)}`);
  return started;
}
