import { TooManyRequests } from "./lambda-failures.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import type { Invocation, InvocationOutcome, LambdaProcess, OnLine } from "./lambda-process.ts";
import { startProcess } from "./lambda-process.ts";

export interface RunningProcess {
  readonly function: string;
  readonly pid: number;
  readonly startedAt: Date;
  readonly busySince: Date | undefined;
}

interface Slot {
  readonly process: LambdaProcess;
  busySince: Date | undefined;
  /** Ends the process; started with each answer. */
  idling?: NodeJS.Timeout;
}

interface Run {
  readonly outcome: InvocationOutcome;
  readonly pid: number;
  readonly coldStart: boolean;
  readonly durationMs: number;
}

export interface ProcessPool {
  run(invocation: Invocation): Promise<Run>;
  processes(): RunningProcess[];
  kill(pid: number): boolean;
  prestart(count: number): Promise<void>;
  stopIdle(): Promise<void>;
  stop(): Promise<void>;
}

/** The processes of one function. A process ends `idleMs` after its last answer; undefined: never by itself. */
export function processPool(
  { name, folder, timeoutMs, reservedConcurrency = Number.POSITIVE_INFINITY }: LambdaFunction,
  environment: Readonly<Record<string, string>>,
  onLine: OnLine,
  idleMs?: number,
): ProcessPool {
  const slots = new Set<Slot>();
  let stopped = false;

  function start(): Slot {
    if (stopped) throw new Error(`${name}: the Lambda host has been stopped`);
    const slot: Slot = { process: startProcess(folder, environment, onLine), busySince: undefined };
    slots.add(slot);
    void slot.process.ended.then(() => slots.delete(slot));
    return slot;
  }

  const usable = () => [...slots].filter(({ process }) => process.isUsable());
  const idle = () => usable().filter(({ busySince }) => busySince === undefined);

  function kill({ process, idling }: Slot): Promise<void> {
    clearTimeout(idling);
    process.kill();
    return process.ended;
  }

  async function run(invocation: Invocation): Promise<Run> {
    const warm = idle().at(-1);
    if (!warm && usable().length >= reservedConcurrency)
      throw new TooManyRequests("ReservedFunctionInvocationLimitExceeded");
    const slot = warm ?? start();
    clearTimeout(slot.idling);
    slot.busySince = new Date();
    const { process } = slot;
    const initFailure = await process.initialised;
    const startedAt = performance.now();
    const outcome = initFailure
      ? { failure: initFailure }
      : await process.run(invocation, timeoutMs);
    slot.busySince = undefined;
    if (idleMs !== undefined) slot.idling = setTimeout(() => void kill(slot), idleMs).unref();
    const durationMs = performance.now() - startedAt;
    return { outcome, pid: process.pid, coldStart: slot !== warm, durationMs };
  }

  return {
    run,
    processes: () =>
      usable().map(({ process: { pid, startedAt }, busySince }) => ({
        function: name,
        pid,
        startedAt,
        busySince,
      })),
    kill(pid) {
      const slot = [...slots].find(({ process }) => process.pid === pid);
      slot?.process.kill();
      return slot !== undefined;
    },
    async prestart(count) {
      const started = Array.from({ length: count }, start);
      const failures = await Promise.all(started.map(({ process }) => process.initialised));
      const failure = failures.find((each) => each !== undefined);
      if (failure) throw new Error(`${name}: ${failure.errorType}: ${failure.errorMessage}`);
    },
    async stopIdle() {
      await Promise.all(idle().map(kill));
    },
    async stop() {
      stopped = true;
      await Promise.all([...slots].map(kill));
    },
  };
}
