import { describe } from "vitest";
import { describeTokenStore } from "../support/describe-token-store.ts";
import { javaAvailable, startDynamoDbLocal } from "../support/dynamodb-local.ts";

const canRun = javaAvailable();
const reason = canRun ? "" : " (skipped: needs Java 17 or newer on the PATH)";

describe.skipIf(!canRun)(`the DynamoDB token store on DynamoDB Local${reason}`, () => {
  describeTokenStore(startDynamoDbLocal);
});
