/** AWS's list prices in US dollars, Region us-east-1, arm64, without free tiers: those of docs/deploying.md. */
export const awsPrices = {
  /** When they were read. */
  asOf: "early 2026",
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  /** On demand, one unit: a strongly consistent read of up to 4 KB, a write of up to 1 KB. */
  dynamoDbRead: 0.125 / 1e6,
  dynamoDbWrite: 0.625 / 1e6,
  kmsRequest: 0.03 / 10_000,
  secretsManagerRequest: 0.05 / 10_000,
  /** A gigabyte taken in. */
  logs: 0.5,
  xrayTrace: 5 / 1e6,
  schedulerInvocation: 1 / 1e6,
  /** A month. */
  kmsKey: 1,
  secret: 0.4,
  /** Each metric that an alarm watches, at standard resolution; an alarm on a formula watches each of its metrics. */
  alarmMetric: 0.1,
  compositeAlarm: 0.5,
  metric: 0.3,
} as const;

export const monthSeconds = 30.4 * 86_400;
/** One tick a minute. */
export const ticksPerMonth = monthSeconds / 60;
