/** AWS's list prices in US dollars, Region us-east-1, arm64, without free tiers: those of docs/deploying.md. */
export const prices = {
  /** When they were read. */
  asOf: "early 2026",
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  /** On demand, one unit: a strongly consistent read of up to 4 KB. */
  dynamoDbRead: 0.125 / 1e6,
  kmsRequest: 0.03 / 10_000,
  /** A gigabyte taken in. */
  logs: 0.5,
  xrayTrace: 5 / 1e6,
  /** A month of a realm with one connection in use: key, secret, alarms, metrics, ticks, renewals. */
  realmMonth: 1 + 0.4 + 0.65 + 3.3 + 0.04 + 1.33,
} as const;
