import { Aws, Stack } from "aws-cdk-lib";
import type { IInterfaceVpcEndpoint } from "aws-cdk-lib/aws-ec2";
import {
  AccountPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
} from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

/**
 * The API's resource policy. It allows the account as a whole: which role may call which path is decided by the roles'
 * own policies, whereas `Principal: *` would allow every role of the account. A private API is reached through its VPC
 * endpoints only.
 */
export function apiResourcePolicy(
  scope: Construct,
  endpoints: readonly IInterfaceVpcEndpoint[],
): PolicyDocument {
  // An API's policy cannot refer to the API's own id.
  const anyPath = Stack.of(scope).formatArn({ service: "execute-api", resource: "*" });
  const allowAccount = new PolicyStatement({
    principals: [new AccountPrincipal(Aws.ACCOUNT_ID)],
    actions: ["execute-api:Invoke"],
    resources: [anyPath],
  });
  const denyOtherEndpoints = new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ["execute-api:Invoke"],
    resources: [anyPath],
    conditions: {
      StringNotEquals: { "aws:SourceVpce": endpoints.map(({ vpcEndpointId }) => vpcEndpointId) },
    },
  });
  return new PolicyDocument({
    statements: endpoints.length > 0 ? [allowAccount, denyOtherEndpoints] : [allowAccount],
  });
}
