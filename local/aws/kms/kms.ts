import * as sdkClient from "@aws-sdk/client-kms";
import type { AwsLocation } from "../arns.ts";
import { LOCAL_LOCATION } from "../arns.ts";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { LocalAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import { startAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import { NO_FILE, recordFile } from "../record-file.ts";
import type { Guard } from "../sigv4/guard.ts";
import type { KeyRecord } from "./kms-key.ts";
import { kmsOperations } from "./kms-operations.ts";

export interface LocalKms extends LocalAwsJsonServer {
  /** Creates a template's key, under the id that the template resolves to, unless it exists. */
  ensureKey(key: { readonly id: string; readonly description?: string }): void;
}

/** KMS's API. With a folder, its keys survive a restart. */
export async function startKms(
  options: { port?: number; folder?: string; location?: AwsLocation; guard?: Guard } = {},
): Promise<LocalKms> {
  const file = options.folder ? recordFile<KeyRecord>(options.folder, "kms-keys.json") : NO_FILE;
  const { operations, has, create } = kmsOperations(options.location ?? LOCAL_LOCATION, file);
  const server = await startAwsJsonServer(
    {
      sdkClient,
      targetPrefix: "TrentService",
      signingName: "kms",
      operations,
      errors: {
        throttle: new AwsError("ThrottlingException", "Rate exceeded"),
        fail: new AwsError("KMSInternalException", "An internal failure occurred.", {
          status: 500,
        }),
      },
    },
    options,
  );
  return {
    ...server,
    ensureKey({ id, description = "" }) {
      if (!has(id)) create(id, description);
    },
  };
}
