import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Reply = { readonly id: number; readonly value?: unknown; readonly error?: string } | "ready";

/** Calls an act of a child process. Fails with the error that it threw, or when the process is gone. */
export type CallChild = (act: string, argument: unknown) => Promise<unknown>;

/** Sends concurrent calls, and matches the replies to them. `printed` is what the process has written. */
export function childCalls(
  child: ChildProcess,
  name: string,
  printed: readonly string[],
): CallChild {
  const pending = new Map<number, PendingCall>();
  let lastId = 0;
  const gone = () => new Error(`${name}: the process is gone. ${lastOf(printed)}`);
  child.on("message", (reply: Reply) => {
    if (reply === "ready") return;
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    if (reply.error === undefined) waiting?.resolve(reply.value);
    else waiting?.reject(new Error(`${name}: ${reply.error}`));
  });
  child.once("exit", () => {
    for (const { reject } of pending.values()) reject(gone());
    pending.clear();
  });
  return (act, argument) =>
    new Promise((resolve, reject) => {
      if (!child.connected) throw gone();
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      child.send({ id: lastId, act, argument }, (error) => error && reject(error));
    });
}

/** Until the process has sent its first message. Fails with what it has written if it ends before. */
export async function untilReady(
  child: ChildProcess,
  name: string,
  printed: readonly string[],
): Promise<void> {
  const ended = once(child, "exit").then(() => {
    throw new Error(`${name} does not start: ${lastOf(printed)}`);
  });
  await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
}

/** Ends the process at once, like a crash. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
}

function lastOf(printed: readonly string[]): string {
  return printed.join("").slice(-1000);
}
