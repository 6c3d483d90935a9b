import { describe } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { describePendingConsents } from "../support/describe-pending-consents.ts";

describe("pending consents in DynamoDB on dynalite", () => {
  describePendingConsents(() => startDynamoDb());
});
