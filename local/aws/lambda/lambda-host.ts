import { randomUUID } from "node:crypto";
import type { AwsLocation } from "../arns.ts";
import { LOCAL_LOCATION } from "../arns.ts";
import type { AccessKeys } from "../sigv4/principals.ts";
import { functionNotFound, TooManyRequests } from "./lambda-failures.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import { functionArn, processEnvironment } from "./lambda-function.ts";
import type { ProcessPool, RunningProcess } from "./lambda-pool.ts";
import { processPool } from "./lambda-pool.ts";

export interface LambdaHostOptions {
  readonly functions: readonly LambdaFunction[];
  /** `{ DYNAMODB: url }` becomes the functions' variable `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Variables of every function; a function's own take precedence. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly location?: AwsLocation;
  /** The most invocations at once. What functions have not reserved, all others share. Default: unlimited. */
  readonly accountConcurrency?: number;
  /** A process ends this long after its last answer. Default: never by itself. */
  readonly idleMs?: number | undefined;
  /** The access keys of a function's processes. */
  keysOf?(fn: LambdaFunction): AccessKeys;
  onLog?(line: LogLine): void;
}

export interface LogLine {
  readonly function: string;
  readonly pid: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface InvocationResult {
  readonly requestId: string;
  readonly payload: unknown;
  readonly functionError?: "Unhandled";
  readonly pid: number;
  readonly coldStart: boolean;
  /** Excludes the start of the process. */
  readonly durationMs: number;
}

export interface LambdaHost {
  readonly functions: readonly LambdaFunction[];
  /**
   * Throws `AwsError` if there is no such function or it is throttled. The signal ends the wait, not the invocation. The
   * qualifier, an alias or a version, becomes part of the ARN that the function is told; all run the same code.
   */
  invoke(
    name: string,
    payload: unknown,
    options?: { readonly signal?: AbortSignal; readonly qualifier?: string | undefined },
  ): Promise<InvocationResult>;
  processes(name?: string): RunningProcess[];
  /** Returns false for a process that is not one of the host's. */
  kill(pid: number): boolean;
  /** Starts processes in advance, like provisioned concurrency. */
  prestart(name: string, count?: number): Promise<void>;
  /** Stops idle processes, so that the next invocations are cold starts. */
  stopIdle(name?: string): Promise<void>;
  stop(): Promise<void>;
}

const PLACEHOLDER_KEYS: AccessKeys = { accessKeyId: "local", secretAccessKey: "local" };

/** Runs functions as Lambda does: one process per concurrent invocation, reused when idle. */
export function startLambdaHost(options: LambdaHostOptions): LambdaHost {
  const {
    functions,
    endpoints = {},
    environment = {},
    location = LOCAL_LOCATION,
    accountConcurrency = Number.POSITIVE_INFINITY,
    keysOf = () => PLACEHOLDER_KEYS,
  } = options;
  const pools = new Map<string, ProcessPool>(
    functions.map((fn) => [
      fn.name,
      processPool(
        fn,
        processEnvironment(fn, { location, endpoints, environment, keys: keysOf(fn) }),
        (pid, stream, text) => options.onLog?.({ function: fn.name, pid, stream, text }),
        options.idleMs,
      ),
    ]),
  );
  const all = () => [...pools.values()];

  function poolOf(name: string): ProcessPool {
    const pool = pools.get(name);
    if (!pool) throw functionNotFound(functionArn(location, name));
    return pool;
  }
  const sharing = functions.filter((fn) => fn.reservedConcurrency === undefined);
  const reserved = functions.reduce((sum, fn) => sum + (fn.reservedConcurrency ?? 0), 0);

  function requireConcurrency(name: string): void {
    if (!sharing.some((fn) => fn.name === name)) return;
    const running = sharing.flatMap((fn) => poolOf(fn.name).processes());
    const busy = running.filter(({ busySince }) => busySince !== undefined).length;
    if (busy < accountConcurrency - reserved) return;
    throw new TooManyRequests("ConcurrentInvocationLimitExceeded");
  }
  const poolsOf = (name?: string) => (name === undefined ? all() : [poolOf(name)]);

  async function invoke(
    name: string,
    payload: unknown,
    qualifier?: string,
  ): Promise<InvocationResult> {
    const requestId = randomUUID();
    const pool = poolOf(name);
    requireConcurrency(name);
    const { outcome, ...run } = await pool.run({
      requestId,
      event: JSON.stringify(payload ?? {}),
      invokedFunctionArn: functionArn(location, name, qualifier),
    });
    return "failure" in outcome
      ? { requestId, ...run, payload: outcome.failure, functionError: "Unhandled" }
      : { requestId, ...run, payload: JSON.parse(outcome.payload) };
  }

  return {
    functions,
    invoke: (name, payload, { signal, qualifier } = {}) =>
      raceAbort(invoke(name, payload, qualifier), signal),
    processes: (name) => poolsOf(name).flatMap((pool) => pool.processes()),
    kill: (pid) => all().some((pool) => pool.kill(pid)),
    prestart: (name, count = 1) => poolOf(name).prestart(count),
    async stopIdle(name) {
      await Promise.all(poolsOf(name).map((pool) => pool.stopIdle()));
    },
    async stop() {
      await Promise.all(all().map((pool) => pool.stop()));
    },
  };
}

function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
