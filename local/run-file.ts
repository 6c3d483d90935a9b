import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { otherFolder, WrongOption } from "./start-options.ts";

const runSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** When the process began, as its system tells it; null where it does not. */
  began: v.nullable(v.string()),
  startedAt: v.string(),
  consents: v.optional(v.string()),
  http: v.optional(v.string()),
});

/** A local stack that runs, or has run, on a folder. */
type LocalRun = v.InferOutput<typeof runSchema>;

/** Another process runs on this folder. */
export class AlreadyRunning extends Error {
  override readonly name = "AlreadyRunning";
}

/** The sole right to a folder, until it is released or the process ends. */
export interface FolderHold {
  /** Adds where the stack can be reached. */
  tell(addresses: Required<Pick<LocalRun, "consents" | "http">>): void;
  release(): void;
}

/** An earlier run leaves one of these at least. */
const traces = ["running.json", "user-keys.json", "authorities.pem"];

/**
 * Takes a folder. What a process has left that is gone is replaced. Fails with `AlreadyRunning`, which says where, and with
 * `WrongOption` for a folder of other files, which `--fresh` would delete.
 */
export function holdFolder(folder: string, now: Date): FolderHold {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ignored = ".gitignore";
  const files = readdirSync(folder).filter((name) => name !== ignored);
  if (files.length > 0 && !traces.some((trace) => files.includes(trace))) {
    throw new WrongOption(`${folder} holds other files.\n${otherFolder}`);
  }
  // It has secrets, and may be in somebody's repository.
  writeFileSync(path.join(folder, ignored), "*\n");
  const file = path.join(folder, "running.json");
  const own = { pid: process.pid, began: beganOf(process.pid), startedAt: now.toISOString() };
  create(file, own, folder);
  return {
    tell: (addresses) => writeFileSync(file, JSON.stringify({ ...own, ...addresses })),
    // Another process may hold the folder by now.
    release: () => {
      if (readRun(file)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

function create(file: string, run: LocalRun, folder: string): void {
  try {
    // Only one of several processes creates it.
    writeFileSync(file, JSON.stringify(run), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (Object(error).code !== "EEXIST") throw error;
    const other = readRun(file);
    if (other && isAlive(other))
      throw new AlreadyRunning(describe(other, folder), { cause: error });
    rmSync(file, { force: true });
    create(file, run, folder);
  }
}

/** Null where nothing is readable: it was cut off when a machine went down. */
function readRun(file: string): LocalRun | null {
  try {
    const read = v.safeParse(runSchema, JSON.parse(readFileSync(file, "utf8")));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

/** The same process, not a later one that has been given its id. */
function isAlive({ pid, began }: LocalRun): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It belongs to another user.
    if (Object(error).code !== "EPERM") return false;
  }
  return beganOf(pid) === began;
}

/** Ticks since the machine was started: the 22nd field of proc_pid_stat(5), of which the second may have blanks. */
function beganOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function describe({ pid, startedAt, http, consents }: LocalRun, folder: string): string {
  const places = http && consents ? `\n  API ${http}, consent pages ${consents}` : "";
  return `It runs here already, as process ${pid}, since ${startedAt}.${places}
  Its addresses and keys are in ${path.join(folder, ".env")}. End it with
  Ctrl-C there (kill ${pid}), or use another folder and other ports:
  npm start -- --folder <path> --ports <first>`;
}
