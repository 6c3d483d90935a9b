import { createHash } from "node:crypto";

/** Where the laptop pretends to be. */
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

export function arn(place: AwsLocation, service: string, resource: string): string {
  return `arn:${place.partition}:${service}:${place.region}:${place.accountId}:${resource}`;
}

/**
 * AWS draws the six characters at random; derived from the name, the ARN that a template is resolved
 * to is the ARN that the local Secrets Manager answers.
 */
export function secretArn(place: AwsLocation, name: string): string {
  const suffix = createHash("sha256").update(name).digest("base64").replaceAll(/[+/=]/g, "");
  return arn(place, "secretsmanager", `secret:${name}-${suffix.slice(0, 6)}`);
}
