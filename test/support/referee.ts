import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { VendPayload, VendResult } from "../../local/vend-client.ts";

const PROCESS = fileURLToPath(new URL("./referee-process.mjs", import.meta.url));
/** As long as a caller usually has. */
const PATIENCE_MS = 10_000;

/** What a referee tells one of its processes. */
export interface Order {
  readonly id: number;
  readonly act: "vend" | "modules" | "load" | "stallBeforeSealing";
  readonly argument: unknown;
}

/** Vend, present the answer to the provider at once, pause, and again. */
export interface Load {
  readonly event: unknown;
  readonly remainingMs: number;
  readonly pingUrl: string;
  readonly untilEpochMs: number;
  readonly pauseMs: number;
}

export interface Tally {
  readonly vends: number;
  readonly uses: number;
  readonly versions: readonly number[];
  readonly problems: readonly string[];
  /** Presented while `usableUntil` lay ahead, and refused; `lateMs` is how far past it the refusal came. */
  readonly refused: readonly { version: number; status: number; lateMs: number }[];
  readonly slowestMs: number;
}

/** One operating-system process that runs the bundle, under the referee's hand. */
export interface VendProcess {
  readonly pid: number;
  vend(payload?: VendPayload, remainingMs?: number): Promise<VendResult>;
  /** Any event, any answer: API Gateway's, or nonsense. */
  handle(event: unknown, remainingMs?: number): Promise<unknown>;
  load(load: Omit<Load, "event" | "remainingMs">): Promise<Tally>;
  /** Files loaded so far, bundle and chunks. */
  modules(): Promise<readonly string[]>;
  /** The next token is sealed this much later, and nothing else happens in the process meanwhile. */
  stallBeforeSealing(ms: number): Promise<void>;
  /** SIGSTOP: neither timers nor sockets, until `resume`. */
  pause(): void;
  resume(): void;
  /** SIGKILL: what it was asked fails. */
  kill(): Promise<void>;
  /** Everything it has written to stdout and stderr. */
  printed(): string;
  stop(): Promise<void>;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export async function startVendProcess(
  bundle: string,
  variables: Readonly<Record<string, string>>,
): Promise<VendProcess> {
  const child = fork(PROCESS, [bundle], {
    env: variables,
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output: string[] = [];
  child.stdout?.on("data", (text) => output.push(String(text)));
  child.stderr?.on("data", (text) => output.push(String(text)));
  const ask = conversation(child);
  await ready(child, output);

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
  }

  const handle = (event: unknown, remainingMs = PATIENCE_MS) => ask("vend", { event, remainingMs });
  return {
    pid: child.pid ?? 0,
    vend: async (payload, remainingMs) => (await handle(payload ?? {}, remainingMs)) as VendResult,
    handle,
    load: async (load) =>
      (await ask("load", { ...load, event: {}, remainingMs: PATIENCE_MS })) as Tally,
    modules: async () => (await ask("modules", null)) as string[],
    stallBeforeSealing: async (ms) => void (await ask("stallBeforeSealing", { ms })),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill: end,
    printed: () => output.join(""),
    stop: end,
  };
}

/** Many questions at once, each with its own answer. */
function conversation(
  child: ChildProcess,
): (act: Order["act"], argument: unknown) => Promise<unknown> {
  const pending = new Map<number, Pending>();
  let asked = 0;
  child.on("message", (said: { id: number; value?: unknown; error?: string } | "ready") => {
    if (said === "ready") return;
    const waiting = pending.get(said.id);
    pending.delete(said.id);
    if (said.error === undefined) waiting?.resolve(said.value);
    else waiting?.reject(new Error(`The handler threw: ${said.error}`));
  });
  child.once("exit", () => {
    for (const { reject } of pending.values()) reject(new Error("The process is gone."));
    pending.clear();
  });
  return (act, argument) =>
    new Promise((resolve, reject) => {
      asked += 1;
      pending.set(asked, { resolve, reject });
      const order: Order = { id: asked, act, argument };
      child.send(order, (error) => error && reject(error));
    });
}

async function ready(child: ChildProcess, output: readonly string[]): Promise<void> {
  const ended = once(child, "exit").then(() => {
    throw new Error(`The bundle does not start: ${output.join("")}`);
  });
  await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
}
