import type { Clock } from "../model/clock.ts";
import { stopwatch } from "../model/clock.ts";
import { VendingError } from "../model/errors.ts";
import { causeOf, faultOf } from "../model/faults.ts";
import type { Log } from "../model/log.ts";
import type { Metrics } from "../model/metrics.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { Problem } from "./contract.ts";
import { problemOf } from "./problem.ts";

/** What every endpoint needs to answer problems. */
export interface ProblemReporting {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Any error as the problem to answer, which is counted. */
type RefuseWith = (error: unknown, connection: string | null) => Problem;

/** Each problem of each connection is logged once in this time. */
const logPauseMs = 60_000;
/** Connections are named by callers: what has been logged longest ago is forgotten, and would be logged again. */
const maxLogged = 1000;

interface LoggedRefusal {
  readonly ageMs: () => number;
  /** Since it was logged. */
  repeats: number;
}

/**
 * Counts every problem that this process answers. Logs the first of each code and connection in a minute, with its cause:
 * the dependency and the kind of its error, or a defect's kind.
 */
export function refusalReporter({ clock, log, metrics }: ProblemReporting): RefuseWith {
  const logged = new LruCache<LoggedRefusal>(maxLogged);
  return (error, connection) => {
    const problem = problemOf(error, connection);
    const { code, detail } = problem;
    metrics.record("Refusals", 1, code);
    const fault = faultOf(code);
    if (fault === "ours" || fault === "provider") metrics.record("Unserved", 1, fault);
    const key = `${code} ${connection}`;
    const last = logged.get(key);
    if (last && last.ageMs() < logPauseMs) {
      last.repeats += 1;
      return problem;
    }
    logged.set(key, { ageMs: stopwatch(clock), repeats: 0 });
    const cause = error instanceof VendingError ? causeOf(error) : { error: kindOfDefect(error) };
    const repeated = last?.repeats ?? 0;
    log.warn("refused", { connection, code, fault, detail, cause, repeated });
    return problem;
  };
}

/** Not its message, which may quote a secret. The event `defect` has the trace. */
function kindOfDefect(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
