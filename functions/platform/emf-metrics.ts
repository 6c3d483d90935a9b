import type { Measure, Metrics } from "../model/metrics.ts";
import { measures } from "../model/metrics.ts";

const namespace = "TokenVending";
/** Of the members that every line of metrics has. */
const dimension = "Realm";
/** What nobody is woken for may wait this long, so that a warm vend writes nothing. */
const longestWaitMs = 10_000;
/** CloudWatch takes so many values of one metric in a line. */
const mostValues = 100;

/** Numbers that come with every vend; all others say that something has happened, and are written at once. */
const frequent: ReadonlySet<Measure> = new Set([
  "Vends",
  "RemainingLifeMs",
  "KeyEndsInDays",
  "ConsentEndsInDays",
]);

export interface EmfMetrics extends Metrics {
  /** To be called when an invocation ends: writes what has come together, if that is due. Never fails. */
  flush(): void;
}

/**
 * Metrics as lines of the log that CloudWatch understands, without a request:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * Values come together in memory over many invocations. What a process has not written when it ends is lost: at most
 * ten seconds of `frequent` ones.
 */
export function emfMetrics(
  write: (line: string) => void,
  now: () => Date,
  realm: string,
): EmfMetrics {
  let values = new Map<Measure, number[]>();
  let isUrgent = false;
  let lastWritten = Number.NEGATIVE_INFINITY;

  return {
    record(measure, value) {
      if (!Number.isFinite(value)) return;
      const before = values.get(measure);
      if (before) keep(measure, before, value);
      else values.set(measure, [value]);
      if (!frequent.has(measure)) isUrgent = true;
    },

    flush() {
      if (values.size === 0) return;
      const time = now();
      if (!isUrgent && Number(time) - lastWritten < longestWaitMs) return;
      const line = lineOf(realm, time, values);
      values = new Map();
      isUrgent = false;
      lastWritten = Number(time);
      try {
        write(`${JSON.stringify(line)}\n`);
      } catch {
        // Whoever watches goes without; whoever vends does not notice.
      }
    },
  };
}

function keep(measure: Measure, values: number[], value: number): void {
  const [first = value] = values;
  const { keeps } = measures[measure];
  if (keeps === "sum") values[0] = first + value;
  else if (keeps === "least") values[0] = Math.min(first, value);
  else if (values.length < mostValues) values.push(value);
}

function lineOf(realm: string, time: Date, values: ReadonlyMap<Measure, number[]>): object {
  const names = [...values.keys()];
  const directive = {
    Namespace: namespace,
    Dimensions: [[dimension]],
    Metrics: names.map((name) => ({ Name: name, Unit: measures[name].unit })),
  };
  return {
    level: "info",
    time,
    event: "metrics",
    _aws: { Timestamp: Number(time), CloudWatchMetrics: [directive] },
    [dimension]: realm,
    ...Object.fromEntries(
      [...values].map(([name, [first, ...more]]) => [
        name,
        more.length > 0 ? [first, ...more] : first,
      ]),
    ),
  };
}
