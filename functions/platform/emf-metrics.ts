import type { Measure, MeasuredPart, Metrics } from "../model/metrics.ts";
import { dimensionOf, measures } from "../model/metrics.ts";

const namespace = "TokenVending";
/** A dimension of every metric; most have no other. */
const realmDimension = "Realm";
/** Metrics that raise no alarm are buffered up to this long, so that a warm vend writes nothing. */
const maxBufferMs = 10_000;
/** CloudWatch's limit for one metric in one line. */
const maxValues = 100;

/** Recorded with every vend, so buffered. All others report an event and are written with the next flush. */
const buffered: ReadonlySet<Measure> = new Set([
  "Vends",
  "VendMs",
  "RemainingLifeMs",
  "KeyEndsInDays",
  "KeyAgeDays",
  "ConsentEndsInDays",
]);

export interface EmfMetrics extends Metrics {
  /** To be called when an invocation ends: writes the buffered values, if due. Never fails. */
  flush(): void;
}

/** What was counted under one value of a further dimension. */
interface PartCount {
  readonly measure: Measure;
  readonly part: MeasuredPart;
  count: number;
}

/**
 * Metrics as log lines in CloudWatch's embedded metric format, which needs no request:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * Values are buffered in memory over many invocations. When a process ends, it loses what it has not written: at most
 * ten seconds of `buffered` ones. `realm` is the dimension's value.
 */
export function emfMetrics(
  write: (line: string) => void,
  now: () => Date,
  realm: string,
): EmfMetrics {
  let values = new Map<Measure, number[]>();
  let parts = new Map<string, PartCount>();
  let isUrgent = false;
  let lastWritten = Number.NEGATIVE_INFINITY;

  function recordPart(measure: Measure, count: number, part: MeasuredPart): void {
    const key = `${measure} ${part}`;
    const counted = parts.get(key);
    if (counted) counted.count += count;
    else parts.set(key, { measure, part, count });
    isUrgent = true;
  }

  return {
    record(measure, value, part) {
      if (!Number.isFinite(value)) return;
      if (part !== undefined) return recordPart(measure, value, part);
      const before = values.get(measure);
      if (before) keep(measure, before, value);
      else values.set(measure, [value]);
      if (!buffered.has(measure) || before?.length === maxValues) isUrgent = true;
    },

    flush() {
      if (values.size === 0 && parts.size === 0) return;
      const time = now();
      if (!isUrgent && Number(time) - lastWritten < maxBufferMs) return;
      const lines = linesOf(realm, time, values, [...parts.values()]);
      values = new Map();
      parts = new Map();
      isUrgent = false;
      lastWritten = Number(time);
      try {
        for (const line of lines) write(`${JSON.stringify(line)}\n`);
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
  else if (keeps === "max") values[0] = Math.max(first, value);
  else if (values.length < maxValues) values.push(value);
}

/** One line, unless something was counted under several values of one dimension: a line has one value of each. */
function linesOf(
  realm: string,
  time: Date,
  values: ReadonlyMap<Measure, number[]>,
  parts: readonly PartCount[],
): object[] {
  const lines: PartCount[][] = [];
  for (const part of parts) {
    const dimension = dimensionOf(part.measure);
    const line = lines.find((other) =>
      other.every(({ measure }) => dimensionOf(measure) !== dimension),
    );
    if (line) line.push(part);
    else lines.push([part]);
  }
  const [first = [], ...more] = lines;
  return [
    lineOf(realm, time, values, first),
    ...more.map((line) => lineOf(realm, time, new Map(), line)),
  ];
}

function lineOf(
  realm: string,
  time: Date,
  values: ReadonlyMap<Measure, number[]>,
  parts: readonly PartCount[],
): object {
  const directives = [
    ...(values.size > 0 ? [directive([[realmDimension]], [...values.keys()])] : []),
    ...parts.map(({ measure }) => directive(dimensionSetsOf(measure), [measure])),
  ];
  return {
    level: "info",
    time,
    event: "metrics",
    _aws: { Timestamp: Number(time), CloudWatchMetrics: directives },
    [realmDimension]: realm,
    ...Object.fromEntries(parts.map(({ measure, part }) => [dimensionOf(measure), part])),
    ...Object.fromEntries(parts.map(({ measure, count }) => [measure, count])),
    ...Object.fromEntries(
      [...values].map(([name, [first, ...more]]) => [
        name,
        more.length > 0 ? [first, ...more] : first,
      ]),
    ),
  };
}

/** The realm's sum, its part, and the same part of all realms: CloudWatch does not add them up. */
function dimensionSetsOf(measure: Measure): string[][] {
  const dimension = dimensionOf(measure) ?? realmDimension;
  return [[realmDimension], [realmDimension, dimension], [dimension]];
}

function directive(dimensions: readonly (readonly string[])[], names: readonly Measure[]): object {
  return {
    Namespace: namespace,
    Dimensions: dimensions,
    Metrics: names.map((name) => ({ Name: name, Unit: measures[name].unit })),
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
