import { describe } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { describeRenewalIndex } from "../support/describe-renewal-index.ts";

describe("the DynamoDB renewal index on dynalite", () => {
  describeRenewalIndex(() => startDynamoDb());
});
