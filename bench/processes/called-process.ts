import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";

/** A child process whose functions are called over IPC. */
export interface CalledProcess {
  /** Fails with the error that the act threw, or when the process is gone. */
  call<T>(act: string, argument?: unknown): Promise<T>;
  /** Ends it at once, like a crash. */
  stop(): Promise<void>;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Reply = { readonly id: number; readonly value?: unknown; readonly error?: string } | "ready";

/** Starts a file that calls `answerCalls`. What it prints is dropped, unless it does not start. */
export async function startCalledProcess(
  file: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<CalledProcess> {
  const child = fork(file, [], {
    env: variables,
    execArgv: ["--no-warnings"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const complaints: string[] = [];
  child.stderr?.on("data", (text) => complaints.push(String(text)));
  const pending = new Map<number, PendingCall>();
  let lastId = 0;
  child.on("message", (reply: Reply) => {
    if (reply === "ready") return;
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    if (reply.error === undefined) waiting?.resolve(reply.value);
    else waiting?.reject(new Error(`${file}: ${reply.error}`));
  });
  const gone = () => new Error(`${file}: the process is gone. ${complaints.join("").slice(-1000)}`);
  child.once("exit", () => {
    for (const { reject } of pending.values()) reject(gone());
    pending.clear();
  });
  await ready(child, file, complaints);

  return {
    call: <T>(act: string, argument: unknown = null) =>
      new Promise<T>((resolve, reject) => {
        if (!child.connected) throw gone();
        lastId += 1;
        pending.set(lastId, { resolve: resolve as PendingCall["resolve"], reject });
        child.send({ id: lastId, act, argument }, (error) => error && reject(error));
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "close");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function ready(child: ChildProcess, file: string, complaints: readonly string[]) {
  const ended = once(child, "exit").then(() => {
    throw new Error(`${file} does not start: ${complaints.join("").slice(-1000)}`);
  });
  await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
}
