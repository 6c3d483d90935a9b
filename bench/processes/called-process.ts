import { fork } from "node:child_process";
import { childCalls, killChild, untilReady } from "../../test/support/child-calls.ts";

/** A child process whose functions are called over IPC. */
export interface CalledProcess {
  /** Fails with the error that the act threw, or when the process is gone. */
  call<T>(act: string, argument?: unknown): Promise<T>;
  /** Ends it at once, like a crash. */
  stop(): Promise<void>;
}

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
  const call = childCalls(child, file, complaints);
  await untilReady(child, file, complaints);
  return {
    call: <T>(act: string, argument: unknown = null) => call(act, argument) as Promise<T>,
    stop: () => killChild(child),
  };
}
