import type { Threat } from "./threat.ts";

/** Code in the same AWS account, without a grant. */
export const threatsOfAnotherTeam: readonly Threat[] = [
  {
    name: "invoke-without-grant",
    arrow: "invocation",
    asset: "tokens",
    kind: "E",
    threat: "invokes the function of a realm for which it has no grant, or of another realm",
    mitigation: "a grant names one function; no function has a policy that lets others in",
    test: [
      "test/infra/outsider-walls.test.ts",
      "%s",
      "may do what is granted, and is denied everything else",
    ],
    removal: {
      file: "infra/constructs/account-grants.ts",
      from: "return grantInAccount(grantee, scope, actions, functionArns);",
      to: 'return grantInAccount(grantee, scope, actions, ["*"]);',
    },
  },
  {
    name: "unsigned-request",
    arrow: "API",
    asset: "tokens",
    kind: "S",
    threat: "sends a request to the API without a signature",
    mitigation: "every method needs AWS_IAM",
    test: ["test/infra/api.test.ts", "every request is signed, and validated"],
    removal: {
      file: "infra/constructs/vending-api.ts",
      from: "authorizationType: AuthorizationType.IAM",
      to: "authorizationType: AuthorizationType.NONE",
    },
  },
  {
    name: "api-policy-for-everybody",
    arrow: "API",
    asset: "tokens",
    kind: "E",
    threat: "signs a request with a role that has no grant",
    mitigation: "the API's policy allows the account, so that a role needs a policy of its own",
    test: [
      "test/infra/outsider-walls.test.ts",
      "%s",
      "may do what is granted, and is denied everything else",
    ],
    removal: {
      file: "infra/constructs/api-policy.ts",
      from: "principals: [new AccountPrincipal(Aws.ACCOUNT_ID)],",
      to: "principals: [new AnyPrincipal()],",
    },
  },
  {
    name: "other-network",
    arrow: "API",
    asset: "tokens",
    kind: "E",
    threat: "reaches a private API from another network",
    mitigation: "the API's policy denies every other VPC endpoint",
    test: ["test/infra/api.test.ts", "the API is reached", "through the configured endpoints only"],
    removal: {
      file: "infra/constructs/api-policy.ts",
      from: "endpoints.length > 0 ? [allowAccount, denyOtherEndpoints] : [allowAccount]",
      to: "[allowAccount]",
    },
  },
  {
    name: "assume-function-role",
    arrow: "deployment",
    asset: "secrets",
    kind: "S",
    threat: "assumes the role of one of our functions",
    mitigation: "a role trusts the one service that it is for",
    test: [
      "test/infra/trusts.test.ts",
      "each role of the deployment can be assumed only by the service that it is for",
    ],
    removal: {
      file: "infra/constructs/bundled-function.ts",
      from: 'assumedBy: new ServicePrincipal("lambda.amazonaws.com")',
      to: 'assumedBy: new ServicePrincipal("ec2.amazonaws.com")',
    },
  },
  {
    name: "invoke-through-gateway",
    arrow: "API",
    asset: "tokens",
    kind: "E",
    threat: "has API Gateway invoke a function beside the API's paths",
    mitigation: "API Gateway may invoke a function for the function's own paths",
    test: [
      "test/infra/stack.test.ts",
      "a function can be invoked only by API Gateway, for its own paths",
    ],
    removal: {
      file: "infra/constructs/vending-api.ts",
      from: "new LambdaIntegration(handler, { allowTestInvoke: false })",
      to: "new LambdaIntegration(handler)",
    },
  },
  {
    name: "broad-policies",
    arrow: "Secrets Manager",
    asset: "secrets",
    kind: "I",
    threat: "reads secrets or table with a policy that allows them on every resource",
    accepted:
      "within one account a broad policy is stronger than our walls: deploy token vending into an account of its own, or deny it to other teams by their permission boundaries",
  },
];
