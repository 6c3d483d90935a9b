import type { Measure, Metrics } from "../model/metrics.ts";
import { measures } from "../model/metrics.ts";

const namespace = "TokenVending";
/** The only dimension of every metric. */
const dimension = "Realm";
/** Metrics that raise no alarm are buffered up to this long, so that a warm vend writes nothing. */
const maxBufferMs = 10_000;
/** CloudWatch's limit for one metric in one line. */
const maxValues = 100;

/** Recorded with every vend, so buffered. All others report an event and are written with the next flush. */
const buffered: ReadonlySet<Measure> = new Set([
  "Vends",
  "RemainingLifeMs",
  "KeyEndsInDays",
  "ConsentEndsInDays",
]);

export interface EmfMetrics extends Metrics {
  /** To be called when an invocation ends: writes the buffered values, if due. Never fails. */
  flush(): void;
}

/**
 * Metrics as log lines in CloudWatch's embedded metric format, which needs no request:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * Values are buffered in memory over many invocations. When a process ends, it loses what it has not written: at most
 * ten seconds of `buffered` ones.
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
      if (!buffered.has(measure)) isUrgent = true;
    },

    flush() {
      if (values.size === 0) return;
      const time = now();
      if (!isUrgent && Number(time) - lastWritten < maxBufferMs) return;
      const line = lineOf(realm, time, values);
      values = new Map();
      isUrgent = false;
      lastWritten = Number(time);
      try {
        write(`${JSON.stringify(line)}\n`);
      } catch {
        // A metric that cannot be written must not fail a vend.
      }
    },
  };
}

function keep(measure: Measure, values: number[], value: number): void {
  const [first = value] = values;
  const { keeps } = measures[measure];
  if (keeps === "sum") values[0] = first + value;
  else if (keeps === "min") values[0] = Math.min(first, value);
  else if (values.length < maxValues) values.push(value);
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

/** Wraps a handler so that metrics are flushed even when it throws. */
export function flushMetricsAfter<Arguments extends readonly unknown[], Answer>(
  handler: (...args: Arguments) => Promise<Answer>,
  { flush }: { flush(): void },
): (...args: Arguments) => Promise<Answer> {
  return async (...args) => {
    try {
      return await handler(...args);
    } finally {
      flush();
    }
  };
}
