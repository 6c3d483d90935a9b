import { randomBytes } from "node:crypto";
import type { AwsLocation } from "../arns.ts";
import { LOCAL_LOCATION } from "../arns.ts";

/** Credentials in the form that the AWS SDK expects. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For temporary keys of a role. */
  readonly sessionToken?: string;
}

/** An IAM user, or a session of a role. */
export interface Principal {
  readonly arn: string;
  /** The ARN whose policies apply: the user's own, or that of the assumed role. */
  readonly policyOwnerArn: string;
  readonly keys: AccessKeys;
}

/** A user's keys, those of an earlier run or generated ones. */
type KeysOfUser = (user: string, generate: () => AccessKeys) => AccessKeys;

/** The principals of the local stack. Each gets generated keys when it is first used, unless a user's are known. */
export interface Principals {
  user(name: string): Principal;
  /** Returns the same principal for the same role and session. */
  assume(roleArn: string, session: string): Principal;
  withAccessKey(accessKeyId: string): Principal | undefined;
}

export function createPrincipals(
  { partition, accountId }: AwsLocation = LOCAL_LOCATION,
  keysOfUser: KeysOfUser = (_, generate) => generate(),
): Principals {
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
      return getOrCreate(arn, () => ({
        policyOwnerArn: arn,
        keys: keysOfUser(name, () => generateKeys("AKIA")),
      }));
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
    // Without characters that need escaping in a shell or URL.
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
}
