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
 * Who reaches the API at all. The account as a whole: which of its roles, and which path, is for their own policies to
 * say, whereas `Principal: *` would let every role of the account in. And, where it is private, through these endpoints only.
 */
export function apiResourcePolicy(
  scope: Construct,
  endpoints: readonly IInterfaceVpcEndpoint[],
): PolicyDocument {
  // The API's own id cannot be named in its own policy.
  const anyPath = Stack.of(scope).formatArn({ service: "execute-api", resource: "*" });
  const theAccount = new PolicyStatement({
    principals: [new AccountPrincipal(Aws.ACCOUNT_ID)],
    actions: ["execute-api:Invoke"],
    resources: [anyPath],
  });
  const notElsewhere = new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ["execute-api:Invoke"],
    resources: [anyPath],
    conditions: {
      StringNotEquals: { "aws:SourceVpce": endpoints.map(({ vpcEndpointId }) => vpcEndpointId) },
    },
  });
  return new PolicyDocument({
    statements: endpoints.length > 0 ? [theAccount, notElsewhere] : [theAccount],
  });
}
