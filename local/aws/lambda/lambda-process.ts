import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ProcessExit } from "./lambda-failures.ts";
import { exited, timedOut } from "./lambda-failures.ts";
import type { FunctionFailure, InvokeMessage, WorkerMessage } from "./lambda-messages.ts";

const WORKER = fileURLToPath(new URL("./lambda-worker.mjs", import.meta.url));
const INIT_TIMEOUT_MS = 10_000;

export interface LambdaProcess {
  readonly pid: number;
  readonly startedAt: Date;
  /** Resolves when the code is loaded, with the failure if it could not be. */
  readonly initialised: Promise<FunctionFailure | undefined>;
  readonly ended: Promise<void>;
  /** False once the process has ended or is being killed. */
  isUsable(): boolean;
  /** Runs one invocation at a time. */
  run(invocation: Invocation, timeoutMs: number): Promise<InvocationOutcome>;
  kill(): void;
}

export type Invocation = Omit<InvokeMessage, "deadlineEpochMs">;
export type InvocationOutcome =
  | { readonly payload: string }
  | { readonly failure: FunctionFailure };
export type OnLine = (pid: number, stream: "stdout" | "stderr", text: string) => void;

/**
 * One execution environment: a process that runs one invocation at a time and is killed at the invocation's deadline.
 */
export function startProcess(
  folder: string,
  environment: Readonly<Record<string, string>>,
  onLine: OnLine,
): LambdaProcess {
  const child = fork(WORKER, [], {
    cwd: folder,
    env: environment,
    execPath: process.execPath,
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  forwardLines(child, onLine);

  let usable = true;
  const kill = () => {
    usable = false;
    child.kill("SIGKILL");
  };

  let settle: (outcome: WorkerMessage) => void = () => {};
  let exit: ProcessExit | undefined;
  let requestId = "init";
  child.on("message", (message: WorkerMessage) => {
    if (message.type === "crash") kill();
    settle(message);
  });
  const ended = waitForExit(child).then((how) => {
    usable = false;
    exit = how;
    settle(errorMessage(exited(requestId, how)));
  });

  /** Resolves with the worker's next message, or with a failure when the process ends or the deadline passes. */
  function nextAnswer(timeoutMs: number): Promise<WorkerMessage> {
    return new Promise((resolve) => {
      if (exit) return resolve(errorMessage(exited(requestId, exit)));
      const timer = setTimeout(() => {
        settle(errorMessage(timedOut(requestId, timeoutMs)));
        kill();
      }, timeoutMs);
      settle = (message) => {
        clearTimeout(timer);
        settle = () => {};
        resolve(message);
      };
    });
  }

  async function initialise(): Promise<FunctionFailure | undefined> {
    const answer = await nextAnswer(INIT_TIMEOUT_MS);
    return answer.type === "ready" ? undefined : failureOf(answer);
  }

  return {
    pid: child.pid ?? 0,
    startedAt: new Date(),
    initialised: initialise(),
    ended,
    isUsable: () => usable,
    kill,
    run(invocation, timeoutMs) {
      requestId = invocation.requestId;
      const answer = nextAnswer(timeoutMs);
      const message: InvokeMessage = { ...invocation, deadlineEpochMs: Date.now() + timeoutMs };
      // Errors of a closed channel are ignored: the end of the process is reported anyway.
      child.send(message, () => {});
      return answer.then((reply) =>
        reply.type === "result" ? { payload: reply.payload } : { failure: failureOf(reply) },
      );
    },
  };
}

const errorMessage = (payload: FunctionFailure): WorkerMessage => ({ type: "error", payload });

function failureOf(answer: WorkerMessage): FunctionFailure {
  if (answer.type === "error" || answer.type === "crash") return answer.payload;
  throw new Error(`Unexpected message "${answer.type}" from the worker`);
}

function forwardLines(child: ChildProcess, onLine: OnLine): void {
  for (const stream of ["stdout", "stderr"] as const) {
    const input = child[stream];
    if (!input) continue;
    createInterface({ input }).on("line", (text) => onLine(child.pid ?? 0, stream, text));
  }
}

/** `exit` may be emitted before the last message; `disconnect` comes after it. */
function waitForExit(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once("error", () => {
      if (child.pid === undefined) resolve({ code: 1, signal: null });
    });
    child.once("exit", (code, signal) => {
      if (child.connected) child.once("disconnect", () => resolve({ code, signal }));
      else resolve({ code, signal });
    });
  });
}
