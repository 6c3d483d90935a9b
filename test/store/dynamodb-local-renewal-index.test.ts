import { describe } from "vitest";
import { describeRenewalIndex } from "../support/describe-renewal-index.ts";
import { javaAvailable, startDynamoDbLocal } from "../support/dynamodb-local.ts";

const canRun = javaAvailable();
const reason = canRun ? "" : " (skipped: needs Java 17 or newer on the PATH)";

describe.skipIf(!canRun)(`the DynamoDB renewal index on DynamoDB Local${reason}`, () => {
  describeRenewalIndex(startDynamoDbLocal);
});
