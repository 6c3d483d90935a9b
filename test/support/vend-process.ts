import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { VendPayload, VendResult } from "../../local/vend-client.ts";
import { childCalls, killChild, untilReady } from "./child-calls.ts";

const PROCESS = fileURLToPath(new URL("./vend-process-worker.mjs", import.meta.url));
/** A caller's usual timeout. */
const CALLER_TIMEOUT_MS = 10_000;

/** A command to the worker process. */
export interface WorkerCommand {
  readonly id: number;
  readonly act: "vend" | "traceVend" | "modules" | "load" | "stallBeforeSealing";
  readonly argument: unknown;
}

/** Repeatedly vend, use the credential at once, and pause. */
export interface LoadOptions {
  readonly event: unknown;
  readonly remainingMs: number;
  readonly pingUrl: string;
  readonly untilEpochMs: number;
  readonly pauseMs: number;
}

export interface LoadResult {
  readonly vends: number;
  readonly uses: number;
  readonly versions: readonly number[];
  readonly problems: readonly string[];
  /**
   * Credentials that were refused although used before `usableUntil`; `lateMs` is how long after it the refusal came.
   */
  readonly refused: readonly { version: number; status: number; lateMs: number }[];
  readonly slowestMs: number;
}

/** Of Lambda's context: by default a request id of its own. */
export interface InvokedAs {
  readonly awsRequestId?: string;
  readonly invokedFunctionArn?: string;
}

interface VendTrace {
  readonly answer: VendResult;
  readonly files: readonly string[];
}

/** A child process that runs the bundle, controlled by the test. */
export interface VendProcess {
  readonly pid: number;
  vend(payload?: VendPayload, remainingMs?: number): Promise<VendResult>;
  /** Invokes the handler with any event, and with what else Lambda's context says. */
  handle(event: unknown, remainingMs?: number, context?: InvokedAs): Promise<unknown>;
  /** Vends, and lists the files under `root` of which a function ran meanwhile. For processes started from source. */
  traceVend(root: string): Promise<VendTrace>;
  load(load: Omit<LoadOptions, "event" | "remainingMs">): Promise<LoadResult>;
  /** Files loaded so far, bundle and chunks. */
  modules(): Promise<readonly string[]>;
  /** Blocks the process for this long before it seals the next token. */
  stallBeforeSealing(ms: number): Promise<void>;
  /** Sends SIGSTOP: no timers and no sockets until `resume`. */
  pause(): void;
  resume(): void;
  /** Sends SIGKILL: pending commands fail. */
  kill(): Promise<void>;
  /** Everything that it has written to stdout and stderr. */
  printed(): string;
  stop(): Promise<void>;
}

export async function startVendProcess(
  bundle: string,
  variables: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
): Promise<VendProcess> {
  const child = fork(PROCESS, [bundle, variables["CLOCK_AHEAD_MS"] ?? "0"], {
    env: variables,
    execArgv: [...execArgv],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output: string[] = [];
  child.stdout?.on("data", (text) => output.push(String(text)));
  child.stderr?.on("data", (text) => output.push(String(text)));
  const send: (act: WorkerCommand["act"], argument: unknown) => Promise<unknown> = childCalls(
    child,
    "The bundle",
    output,
  );
  await untilReady(child, "The bundle", output);
  const end = () => killChild(child);

  const handle: VendProcess["handle"] = (event, remainingMs = CALLER_TIMEOUT_MS, invokedAs = {}) =>
    send("vend", { event, remainingMs, invokedAs });
  return {
    pid: child.pid ?? 0,
    vend: async (payload, remainingMs) => (await handle(payload ?? {}, remainingMs)) as VendResult,
    handle,
    traceVend: async (root) =>
      (await send("traceVend", { event: {}, remainingMs: CALLER_TIMEOUT_MS, root })) as VendTrace,
    load: async (load) =>
      (await send("load", { ...load, event: {}, remainingMs: CALLER_TIMEOUT_MS })) as LoadResult,
    modules: async () => (await send("modules", null)) as string[],
    stallBeforeSealing: async (ms) => void (await send("stallBeforeSealing", { ms })),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill: end,
    printed: () => output.join(""),
    stop: end,
  };
}
