import { randomUUID } from "node:crypto";
import { arn, LOCAL_PLACE } from "../../local/aws/arns.ts";
import type { LocalKms } from "../../local/aws/kms/kms.ts";
import { startKms } from "../../local/aws/kms/kms.ts";

/** A new key in this KMS: its ARN. */
export function addKey(kms: LocalKms): string {
  const id = randomUUID();
  kms.keep({ id });
  return arn(LOCAL_PLACE, "kms", `key/${id}`);
}

export function optionsOf({ url }: { readonly url: string }) {
  return {
    endpoint: url,
    region: LOCAL_PLACE.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
}

/** A KMS with one key, and how a client reaches it. */
export async function aKmsKey() {
  const kms = await startKms();
  return { kms, keyArn: addKey(kms), options: optionsOf(kms) };
}
