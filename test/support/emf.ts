import * as v from "valibot";
import { measures } from "../../functions/model/metrics.ts";

const value = v.union([v.number(), v.pipe(v.array(v.number()), v.minLength(1), v.maxLength(100))]);
const units = [...new Set(Object.values(measures).map(({ unit }) => unit))];

/** A valid line of the embedded metric format. CloudWatch silently ignores invalid ones. */
const line = v.looseObject({
  _aws: v.strictObject({
    Timestamp: v.pipe(v.number(), v.integer()),
    CloudWatchMetrics: v.tuple([
      v.strictObject({
        Namespace: v.literal("TokenVending"),
        Dimensions: v.tuple([v.tuple([v.literal("Realm")])]),
        Metrics: v.pipe(
          v.array(v.strictObject({ Name: v.string(), Unit: v.picklist(units) })),
          v.minLength(1),
          v.maxLength(100),
        ),
      }),
    ]),
  }),
  Realm: v.string(),
});

export interface ParsedEmfMetrics {
  readonly realm: string;
  readonly values: Readonly<Record<string, number | number[]>>;
  readonly units: Readonly<Record<string, string>>;
}

/** The metrics that CloudWatch would extract from a line of the log. Throws if the line is invalid. */
export function parseEmf(text: string): ParsedEmfMetrics {
  const members = v.parse(line, JSON.parse(text));
  const [{ Metrics }] = members._aws.CloudWatchMetrics;
  return {
    realm: members.Realm,
    values: Object.fromEntries(Metrics.map(({ Name }) => [Name, v.parse(value, members[Name])])),
    units: Object.fromEntries(Metrics.map(({ Name, Unit }) => [Name, Unit])),
  };
}
