import { createHash } from "node:crypto";

/** An AWS account and Region. */
export interface AwsLocation {
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
}

export const LOCAL_LOCATION: AwsLocation = {
  region: "ap-southeast-2",
  accountId: "000000000000",
  partition: "aws",
};

export function arn(location: AwsLocation, service: string, resource: string): string {
  return `arn:${location.partition}:${service}:${location.region}:${location.accountId}:${resource}`;
}

/**
 * At AWS the last six characters are random. Here they are derived from the name, so that a resolved template and the
 * local Secrets Manager agree on the ARN.
 */
export function secretArn(location: AwsLocation, name: string): string {
  const suffix = createHash("sha256").update(name).digest("base64").replaceAll(/[+/=]/g, "");
  return arn(location, "secretsmanager", `secret:${name}-${suffix.slice(0, 6)}`);
}
