import { randomBytes } from "node:crypto";
import type { AwsLocation } from "../arns.ts";
import { LOCAL_LOCATION } from "../arns.ts";

/** Access keys, as an AWS SDK takes them. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of those that are lent to a role. */
  readonly sessionToken?: string;
}

/** Someone who signs requests. */
export interface Principal {
  readonly arn: string;
  /** What the principal's policies hang on: the user itself, or the role that it has assumed. */
  readonly policyOwnerArn: string;
  readonly keys: AccessKeys;
}

/** Who there is on this machine, each with keys of its own that are made up when it appears. */
export interface Principals {
  user(name: string): Principal;
  /** The same one for the same role and session. */
  assume(roleArn: string, session: string): Principal;
  withAccessKey(accessKeyId: string): Principal | undefined;
}

export function createPrincipals({
  partition,
  accountId,
}: AwsLocation = LOCAL_LOCATION): Principals {
  const byArn = new Map<string, Principal>();
  const byAccessKey = new Map<string, Principal>();

  function getOrCreate(arn: string, make: () => Omit<Principal, "arn">): Principal {
    const known = byArn.get(arn);
    if (known) return known;
    const principal = { arn, ...make() };
    byArn.set(arn, principal);
    byAccessKey.set(principal.keys.accessKeyId, principal);
    return principal;
  }

  return {
    user(name) {
      const arn = `arn:${partition}:iam::${accountId}:user/${name}`;
      return getOrCreate(arn, () => ({ policyOwnerArn: arn, keys: generateKeys("AKIA") }));
    },
    assume(roleArn, session) {
      const role = roleArn.split(":role/").at(-1);
      const arn = `arn:${partition}:sts::${accountId}:assumed-role/${role}/${session}`;
      return getOrCreate(arn, () => ({
        policyOwnerArn: roleArn,
        keys: { ...generateKeys("ASIA"), sessionToken: randomBytes(48).toString("base64") },
      }));
    },
    withAccessKey: (accessKeyId) => byAccessKey.get(accessKeyId),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes */
function generateKeys(prefix: "AKIA" | "ASIA"): AccessKeys {
  return {
    accessKeyId: `${prefix}LOCAL${randomBytes(6).toString("hex").slice(0, 11).toUpperCase()}`,
    // No characters that a shell or an address would have to escape.
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
}
