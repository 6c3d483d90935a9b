import { describe } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { describeTokenStore } from "../support/describe-token-store.ts";

describe("the DynamoDB token store on dynalite", () => {
  describeTokenStore(() => startDynamoDb());
});
