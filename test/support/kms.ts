import { randomUUID } from "node:crypto";
import { arn, LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalKms } from "../../local/aws/kms/kms.ts";
import { startKms } from "../../local/aws/kms/kms.ts";

/** Creates a key and returns its ARN. */
export function addKey(kms: LocalKms): string {
  const id = randomUUID();
  kms.ensureKey({ id });
  return arn(LOCAL_LOCATION, "kms", `key/${id}`);
}

export function optionsOf({ url }: { readonly url: string }) {
  return {
    endpoint: url,
    region: LOCAL_LOCATION.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
}

/** A KMS with one key, and the options of its clients. */
export async function aKmsKey() {
  const kms = await startKms();
  return { kms, keyArn: addKey(kms), options: optionsOf(kms) };
}
