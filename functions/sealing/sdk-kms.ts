import type { KMSClientConfig } from "@aws-sdk/client-kms";
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { KmsCalls } from "./data-keys.ts";

export function openSdkKms(options: KMSClientConfig): KmsCalls {
  return sdkKms(new KMSClient(options));
}

/** KMS as the SDK reaches it, with its retries. */
export function sdkKms(client: Pick<KMSClient, "send">): KmsCalls {
  return {
    generateDataKey: (input) => client.send(new GenerateDataKeyCommand(input)),
    decrypt: (input) => client.send(new DecryptCommand(input)),
  };
}
