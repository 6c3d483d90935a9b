/** Where AWS is, and whose keys are used. What is left out, the SDK takes from its variables and files. */
export interface AwsTarget {
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoints?: Readonly<Partial<Record<AwsServiceName, string>>>;
}

type AwsServiceName = "lambda" | "logs" | "dynamodb";

/** The configuration of a service's client. */
export function clientConfig(
  { region, credentials, endpoints = {} }: AwsTarget,
  service: AwsServiceName,
): { region?: string; credentials?: AwsTarget["credentials"] & {}; endpoint?: string } {
  const endpoint = endpoints[service];
  return {
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
