import type { AwsLocation } from "../arns.ts";
import { arn } from "../arns.ts";
import type { AccessKeys } from "../sigv4/principals.ts";

/** A function of the template. */
export interface LambdaFunction {
  readonly name: string;
  readonly description?: string | undefined;
  /** Contains the code: `index.mjs` for the handler `index.handler`. */
  readonly folder: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The execution role. */
  readonly roleArn?: string | undefined;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Where its output goes (default: the group that Lambda makes). */
  readonly logGroup?: string | undefined;
  /** Maximum number of concurrent processes (default: unlimited). */
  readonly reservedConcurrency?: number | undefined;
}

export interface ProcessContext {
  readonly location: AwsLocation;
  /** `{ DYNAMODB: url }` becomes the function's variable `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Variables of every function; a function's own take precedence. */
  readonly environment: Readonly<Record<string, string>>;
  readonly keys: AccessKeys;
}

export function functionArn(location: AwsLocation, name: string, qualifier?: string): string {
  return arn(location, "lambda", `function:${name}${qualifier ? `:${qualifier}` : ""}`);
}

export function logGroupOf({ name, logGroup }: Pick<LambdaFunction, "name" | "logGroup">): string {
  return logGroup ?? `/aws/lambda/${name}`;
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime without
 * `AWS_EXECUTION_ENV`, by which a function knows that it is deployed: there it refuses local addresses.
 */
export function processEnvironment(
  { name, folder, handler, environment, memoryMb, logGroup }: LambdaFunction,
  { location, endpoints, environment: common, keys }: ProcessContext,
): Record<string, string> {
  const endpointUrls = Object.entries(endpoints).map(([service, url]) => [
    `AWS_ENDPOINT_URL_${service}`,
    url,
  ]);
  return {
    ...Object.fromEntries(endpointUrls),
    ...common,
    ...environment,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken && { AWS_SESSION_TOKEN: keys.sessionToken }),
    AWS_REGION: location.region,
    AWS_DEFAULT_REGION: location.region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf({ name, logGroup }),
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    LAMBDA_TASK_ROOT: folder,
    TZ: ":UTC",
    _HANDLER: handler,
  };
}
