import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { AlreadyRunning } from "./run-file.ts";
import { otherFolder, WrongOption } from "./start-options.ts";

/** How `npm start` ends, and what it says. */
export interface ExplainedFault {
  readonly text: string;
  readonly exitCode: number;
}

/** A fault in a line or two, with what to do next; never with a stack trace. */
export function explainFault(error: unknown): ExplainedFault {
  const { code, port, path, message } = Object(error) as NodeJS.ErrnoException & { port?: number };
  const text = String(message ?? error);
  if (error instanceof AlreadyRunning) return { text, exitCode: 3 };
  if (error instanceof WrongOption) return { text, exitCode: 2 };
  if (code === "EADDRINUSE" && port !== undefined) {
    return { text: `Port ${port} is taken${holderOf(port)}.\n${otherPorts}`, exitCode: 1 };
  }
  if (code === "EACCES" && port !== undefined) {
    return { text: `Port ${port} is not for this user.\n${otherPorts}`, exitCode: 1 };
  }
  const why = code && unwritable[code];
  if (why) return { text: `${path ?? "The folder"}: ${why}.\n${otherFolder}`, exitCode: 1 };
  return { text, exitCode: 1 };
}

const otherPorts = "Take others: npm start -- --ports 9700 (0: free ones).";

const unwritable: Readonly<Record<string, string>> = {
  EACCES: "this user may not write here",
  EPERM: "this user may not write here",
  EROFS: "it is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of this user is used up",
  ENOTDIR: "it is no folder",
  EEXIST: "it is no folder",
};

/** Who listens on a port of this machine, where the system tells it: proc_pid_net(5). Empty where it does not. */
function holderOf(port: number): string {
  try {
    const inode = inodeOf(port);
    const pid = inode && readdirSync("/proc").find((name) => hasOpen(name, `socket:[${inode}]`));
    if (!pid) return "";
    return ` by process ${pid} (${readFileSync(`/proc/${pid}/comm`, "utf8").trim()})`;
  } catch {
    return "";
  }
}

function inodeOf(port: number): string | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const isListening = (fields: readonly string[]) =>
    fields[1]?.endsWith(`:${hex}`) && fields[3] === "0A";
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .map((line) => line.trim().split(/\s+/))
    .find(isListening)?.[9];
}

function hasOpen(pid: string, target: string): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`) === target);
  } catch {
    // It belongs to another user, or has gone.
    return false;
  }
}
