import type { KMSClientConfig } from "@aws-sdk/client-kms";
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { FailedCall } from "../platform/aws-connection.ts";
import { reportFailures } from "../platform/aws-connection.ts";
import type { KmsCalls } from "./data-keys.ts";

export function openSdkKms(options: KMSClientConfig, failed?: FailedCall): KmsCalls {
  const client = new KMSClient(options);
  if (failed) reportFailures(client, failed);
  return sdkKms(client);
}

/** KMS as the SDK reaches it, with its retries. */
export function sdkKms(client: Pick<KMSClient, "send">): KmsCalls {
  return {
    generateDataKey: (input) => client.send(new GenerateDataKeyCommand(input)),
    decrypt: (input) => client.send(new DecryptCommand(input)),
  };
}
