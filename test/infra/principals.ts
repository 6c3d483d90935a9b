import { arn } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template.ts";
import { place, stackName } from "./synthesized.ts";

export interface Policy {
  readonly name: string;
  readonly policy: unknown;
}

/** A function, as the role that it runs under. */
export interface Principal {
  /** `VendToken conferma/sandbox` */
  readonly name: string;
  readonly realm: string;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly logGroup: string;
  readonly policies: readonly Policy[];
}

/** What each realm has one of. A function of another kind needs its own rows in the questions. */
const kinds = ["VendToken"];

/** AWS's own policies are not in a template. Their text, for those that may be attached to a role. */
const managedPolicies: Readonly<Record<string, unknown>> = {
  "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole": {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "*",
      },
    ],
  },
};

/** Ways to grant that are not read here: were one used, the answers would be of something else. */
const notReadHere = [
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::RolePolicy",
  "AWS::IAM::UserPolicy",
  "AWS::IAM::GroupPolicy",
  "AWS::SecretsManager::ResourcePolicy",
];

/** Every function of the stack with what its role may do. Throws on a grant that it does not understand. */
export function principalsOf(stack: DeployedStack): Principal[] {
  for (const type of notReadHere) {
    if (stack.resourcesOf(type).length > 0) throw new Error(`${type} is not read here.`);
  }
  return stack.resourcesOf("AWS::Lambda::Function").map(({ logicalId, properties }) => {
    const { Role, Environment, LoggingConfig } = properties as unknown as FunctionProperties;
    const kind = kinds.find((known) => logicalId.includes(known));
    if (!kind) throw new Error(`${logicalId} is of no kind that is asked about.`);
    const { provider, environment } = JSON.parse(Environment.Variables["REALM"] ?? "");
    const realm = `${provider}/${environment}`;
    return {
      name: `${kind} ${realm}`,
      realm,
      functionArn: arn(place, "lambda", `function:${stackName}-${logicalId}`),
      roleArn: Role,
      logGroup: LoggingConfig.LogGroup,
      policies: policiesOf(stack, Role),
    };
  });
}

interface FunctionProperties {
  readonly Role: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly LoggingConfig: { readonly LogGroup: string };
}

interface RoleProperties {
  readonly ManagedPolicyArns?: readonly string[];
  readonly PermissionsBoundary?: unknown;
  readonly Policies?: readonly { readonly PolicyName: string; readonly PolicyDocument: unknown }[];
}

interface PolicyProperties {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
  readonly Roles?: readonly string[];
}

function policiesOf(stack: DeployedStack, roleArn: string): Policy[] {
  const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  const role = stack
    .resourcesOf("AWS::IAM::Role")
    .find(({ logicalId }) => `${stackName}-${logicalId}` === roleName);
  if (!role) throw new Error(`${roleArn} is not in the template.`);
  const { ManagedPolicyArns = [], Policies = [], ...rest } = role.properties as RoleProperties;
  if (rest.PermissionsBoundary) throw new Error(`${roleName}: boundaries are not read here.`);
  const attached = stack
    .resourcesOf("AWS::IAM::Policy")
    .map(({ properties }) => properties as unknown as PolicyProperties)
    .filter(({ Roles = [] }) => Roles.includes(roleName));
  return [
    ...[...Policies, ...attached].map(({ PolicyName, PolicyDocument }) => ({
      name: PolicyName,
      policy: PolicyDocument,
    })),
    ...ManagedPolicyArns.map((name) => ({ name, policy: managedPolicy(name) })),
  ];
}

function managedPolicy(name: string): unknown {
  const policy = managedPolicies[name];
  if (!policy) throw new Error(`The text of ${name} is not known here.`);
  return policy;
}
