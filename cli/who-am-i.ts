import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../functions/platform/sha256.ts";

const timeoutMs = 3000;
const body = "Action=GetCallerIdentity&Version=2011-06-15";

interface AwsConfig {
  readonly credentials: () => Promise<Credentials>;
  readonly region: () => Promise<string>;
  /** Set where AWS is elsewhere, such as on this machine: then its keys are sent to nobody. */
  readonly endpoint?: unknown;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * The principal whose credentials are used, as AWS names it. Where STS does not answer, the access key's id, by which
 * CloudTrail finds the principal: who stops something in an emergency does not wait for a name.
 */
export async function whoAmI(
  { credentials, region, endpoint }: AwsConfig,
  stsOf = (name: string) => `https://sts.${name}.amazonaws.com`,
): Promise<string> {
  const [keys, name] = await Promise.all([credentials(), region()]);
  const asked = endpoint ? null : callerArn(new URL(stsOf(name)), keys, name);
  const arn = await asked?.catch(() => null);
  return arn ?? `access key ${keys.accessKeyId}`;
}

/** Without the SDK's client, which would be a dependency for this one request. */
async function callerArn(
  url: URL,
  credentials: Credentials,
  region: string,
): Promise<string | null> {
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    ...{ method: "POST", protocol: url.protocol, hostname: url.hostname, path: "/", body },
    headers: { host: url.host, "content-type": "application/x-www-form-urlencoded" },
  });
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(new URL("/", url), { method: "POST", headers, body, signal });
  if (!response.ok) return null;
  return /<Arn>([^<\s]{1,300})<\/Arn>/.exec(await response.text())?.[1] ?? null;
}
