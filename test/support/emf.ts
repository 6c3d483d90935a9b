import * as v from "valibot";
import { measures } from "../../functions/model/metrics.ts";

const value = v.union([v.number(), v.pipe(v.array(v.number()), v.minLength(1), v.maxLength(100))]);
const dimensions = ["Realm", "Code", "Fault", "Dependency"] as const;
const units = [...new Set(Object.values(measures).map(({ unit }) => unit))];

/** A valid line of the embedded metric format. CloudWatch silently ignores invalid ones. */
const line = v.looseObject({
  _aws: v.strictObject({
    Timestamp: v.pipe(v.number(), v.integer()),
    CloudWatchMetrics: v.array(
      v.strictObject({
        Namespace: v.literal("TokenVending"),
        Dimensions: v.pipe(
          v.array(v.pipe(v.array(v.picklist(dimensions)), v.minLength(1))),
          v.minLength(1),
        ),
        Metrics: v.pipe(
          v.array(v.strictObject({ Name: v.string(), Unit: v.picklist(units) })),
          v.minLength(1),
          v.maxLength(100),
        ),
      }),
    ),
  }),
  Realm: v.string(),
});

export interface ParsedEmfMetrics {
  readonly realm: string;
  /** Under which code, fault or dependency a metric was counted. */
  readonly parts: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number | number[]>>;
  readonly units: Readonly<Record<string, string>>;
}

/** The metrics that CloudWatch would extract from a line of the log. Throws if the line is invalid. */
export function parseEmf(text: string): ParsedEmfMetrics {
  const members = v.parse(line, JSON.parse(text));
  const directives = members._aws.CloudWatchMetrics;
  const metrics = directives.flatMap(({ Metrics }) => Metrics);
  const named = new Set(directives.flatMap(({ Dimensions }) => Dimensions.flat()));
  const partOf = (name: string) => v.parse(v.string(), members[name]);
  const parts = directives.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.slice(-1)
      .flat()
      .filter((name) => name !== "Realm")
      .flatMap((name) => Metrics.map(({ Name }) => [Name, partOf(name)] as const)),
  );
  // CloudWatch ignores a line that lacks the value of a dimension.
  for (const name of named) partOf(name);
  return {
    realm: members.Realm,
    parts: Object.fromEntries(parts),
    values: Object.fromEntries(metrics.map(({ Name }) => [Name, v.parse(value, members[Name])])),
    units: Object.fromEntries(metrics.map(({ Name, Unit }) => [Name, Unit])),
  };
}
