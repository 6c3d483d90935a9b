import { describe } from "vitest";
import { describeStatusReader } from "../support/describe-status-reader.ts";
import { javaAvailable, startDynamoDbLocal } from "../support/dynamodb-local.ts";

const canRun = javaAvailable();
const reason = canRun ? "" : " (skipped: needs Java 17 or newer on the PATH)";

describe.skipIf(!canRun)(`the DynamoDB status reader on DynamoDB Local${reason}`, () => {
  describeStatusReader(startDynamoDbLocal);
});
