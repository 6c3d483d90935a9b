/** Where AWS is, and whose keys are used. What is left out, the SDK takes from its variables and files. */
export interface AwsTarget {
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoints?: Readonly<Partial<Record<AwsServiceName, string>>>;
}

type AwsServiceName = "lambda" | "logs" | "dynamodb" | "secretsmanager" | "ssm";

/** How long an answer may take. A function may run for longer than any other service takes. */
const patienceMs: Readonly<Record<AwsServiceName, number>> = {
  lambda: 60_000,
  logs: 10_000,
  dynamodb: 10_000,
  secretsmanager: 10_000,
  ssm: 10_000,
};
const connectionPatienceMs = 5000;

interface ServiceClientConfig {
  readonly region?: string;
  readonly credentials?: AwsTarget["credentials"] & {};
  readonly endpoint?: string;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/** The configuration of a service's client. Without an answer in time its requests fail with a `TimeoutError`. */
export function clientConfig(
  { region, credentials, endpoints = {} }: AwsTarget,
  service: AwsServiceName,
): ServiceClientConfig {
  const endpoint = endpoints[service];
  return {
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: {
      connectionTimeout: connectionPatienceMs,
      requestTimeout: patienceMs[service],
      // Without this the SDK only warns, and waits on.
      throwOnRequestTimeout: true,
    },
  };
}
