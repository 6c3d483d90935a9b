import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { freezeAttributes } from "../../functions/store/status-attributes.ts";
import type { SharedState } from "./shared-state.ts";

/** Freezes are an operator's: a function that somebody else has taken over cannot thaw, neither a connection nor its realm. */
export function denyThawing(
  table: SharedState["table"],
  realm: string,
): [ofConnections: PolicyStatement, ofRealm: PolicyStatement] {
  const denied = {
    effect: Effect.DENY,
    actions: ["dynamodb:UpdateItem"],
    resources: [table.tableArn],
  };
  return [
    new PolicyStatement({
      ...denied,
      conditions: { "ForAnyValue:StringEquals": { "dynamodb:Attributes": ["frozen"] } },
    }),
    new PolicyStatement({
      ...denied,
      conditions: { "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": [`${realm}/~freeze`] } },
    }),
  ];
}

/**
 * Freezing and thawing the connections of one realm, and the realm itself. An item's other attributes can be neither read
 * nor written: `ReturnValues` would return all of them.
 */
export function allowFreezing(
  table: SharedState["table"],
  realm: string,
): [reading: PolicyStatement, writing: PolicyStatement] {
  const ofRealm = { "dynamodb:LeadingKeys": [`${realm}/*`] };
  const isNamed = { "dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false" };
  const resources = [table.tableArn];
  const only = (attributes: readonly string[]) => ({
    "ForAllValues:StringLike": ofRealm,
    "ForAllValues:StringEquals": { "dynamodb:Attributes": [...attributes] },
    Null: isNamed,
  });
  return [
    new PolicyStatement({
      actions: ["dynamodb:GetItem"],
      resources,
      conditions: {
        ...only(["pk", "frozen"]),
        // Only Query and Scan always send this key.
        StringEqualsIfExists: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
      },
    }),
    new PolicyStatement({
      actions: ["dynamodb:UpdateItem"],
      resources,
      conditions: {
        ...only(freezeAttributes),
        StringEqualsIfExists: { "dynamodb:ReturnValues": "NONE" },
      },
    }),
  ];
}
