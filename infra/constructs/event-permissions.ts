import type { IEventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { toldAttributes } from "../../functions/store/status-attributes.ts";
import type { SharedTable } from "./shared-state.ts";

/** One stream. That Lambda lists streams supports no resource-level permissions; it tells their ARNs. */
export function allowReadingStream(stream: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      resources: [stream],
    }),
    new PolicyStatement({ actions: ["dynamodb:ListStreams"], resources: ["*"] }),
  ];
}

/** Marking what was told, of any connection, and no other attribute: `ReturnValues` would return all of them. */
export function allowTelling(table: SharedTable): PolicyStatement {
  return new PolicyStatement({
    actions: ["dynamodb:UpdateItem"],
    resources: [table.tableArn],
    conditions: {
      "ForAllValues:StringEquals": { "dynamodb:Attributes": [...toldAttributes] },
      StringEqualsIfExists: { "dynamodb:ReturnValues": "NONE" },
      Null: { "dynamodb:Attributes": "false" },
    },
  });
}

export function allowPublishing({ eventBusArn }: Pick<IEventBus, "eventBusArn">): PolicyStatement {
  return new PolicyStatement({ actions: ["events:PutEvents"], resources: [eventBusArn] });
}
