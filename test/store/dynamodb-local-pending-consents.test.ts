import { describe } from "vitest";
import { describePendingConsents } from "../support/describe-pending-consents.ts";
import { javaAvailable, startDynamoDbLocal } from "../support/dynamodb-local.ts";

const canRun = javaAvailable();
const reason = canRun ? "" : " (skipped: needs Java 17 or newer on the PATH)";

describe.skipIf(!canRun)(`pending consents in DynamoDB on DynamoDB Local${reason}`, () => {
  describePendingConsents(startDynamoDbLocal);
});
