/** A limit of AWS that this service can meet, and where AWS states it. */
export interface AwsLimit {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly isAdjustable: boolean;
  readonly page: string;
  readonly url: string;
}

const partition = {
  page: "DynamoDB burst and adaptive capacity",
  url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html",
  isAdjustable: false,
};
const tableQuota = {
  page: "Quotas in Amazon DynamoDB",
  url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
  isAdjustable: true,
};
const secretsQuota = {
  page: "AWS Secrets Manager quotas",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
  isAdjustable: false,
};
const lambdaQuota = {
  page: "Lambda quotas",
  url: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
};

export const awsLimits = {
  partitionReads: {
    ...partition,
    what: "DynamoDB, one partition, and so one connection: reads",
    value: 3000,
    unit: "units a second",
  },
  partitionWrites: {
    ...partition,
    what: "DynamoDB, one partition, and so one connection, and one realm in the index `due`: writes",
    value: 1000,
    unit: "units a second",
  },
  tableWrites: {
    ...tableQuota,
    what: "DynamoDB, one table on demand: writes",
    value: 40_000,
    unit: "units a second",
  },
  secretReads: {
    ...secretsQuota,
    what: "Secrets Manager: `GetSecretValue`",
    value: 10_000,
    unit: "a second",
  },
  secrets: { ...secretsQuota, what: "Secrets Manager: secrets", value: 500_000, unit: "a Region" },
  kmsRequests: {
    page: "AWS KMS request quotas",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html",
    what: "KMS: `Decrypt` and `GenerateDataKey`, together with all other users of the Region's keys",
    value: 10_000,
    unit: "a second; more in large Regions",
    isAdjustable: true,
  },
  lambdaConcurrency: {
    ...lambdaQuota,
    what: "Lambda: processes at once, and ten times as many requests a second",
    value: 1000,
    unit: "a Region",
    isAdjustable: true,
  },
  lambdaScaling: {
    page: "Lambda scaling behavior",
    url: "https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html",
    what: "Lambda, one function: new processes",
    value: 1000,
    unit: "in ten seconds",
    isAdjustable: false,
  },
  lambdaTimeout: {
    ...lambdaQuota,
    what: "Lambda: the longest invocation",
    value: 900,
    unit: "seconds",
    isAdjustable: false,
  },
} as const satisfies Readonly<Record<string, AwsLimit>>;

/** A function with so much memory has one core; with less, its share of it. A process of ours uses no more than one. */
export const megabytesPerCore = 1769;
