import { describe } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { describeStatusReader } from "../support/describe-status-reader.ts";

describe("the DynamoDB status reader on dynalite", () => {
  describeStatusReader(() => startDynamoDb());
});
