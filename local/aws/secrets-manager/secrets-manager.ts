import * as sdkClient from "@aws-sdk/client-secrets-manager";
import type { AwsLocation } from "../arns.ts";
import { LOCAL_LOCATION } from "../arns.ts";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { LocalAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import { startAwsJsonServer } from "../json-protocol/aws-json-server.ts";
import { NO_FILE, recordFile } from "../record-file.ts";
import type { Guard } from "../sigv4/guard.ts";
import { secretOperations } from "./secret-operations.ts";

/** Secrets Manager's API. With a folder, its secrets survive a restart. */
export function startSecretsManager(
  options: { port?: number; folder?: string; location?: AwsLocation; guard?: Guard } = {},
): Promise<LocalAwsJsonServer> {
  return startAwsJsonServer(
    {
      sdkClient,
      targetPrefix: "secretsmanager",
      signingName: "secretsmanager",
      operations: secretOperations(
        options.location ?? LOCAL_LOCATION,
        options.folder ? recordFile(options.folder, "secrets.json") : NO_FILE,
      ),
      errors: {
        throttle: new AwsError("ThrottlingException", "Rate exceeded"),
        fail: new AwsError("InternalServiceError", "An error occurred on the server side.", {
          status: 500,
        }),
      },
    },
    options,
  );
}
