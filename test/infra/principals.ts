import { arn } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import { refuseResourceGrants } from "./resource-grants.ts";
import { stackName, testLocation } from "./synthesized.ts";

export interface Policy {
  readonly name: string;
  readonly policy: unknown;
}

/** A role of a realm, with its policies. */
interface Grantee {
  /** `VendToken conferma/sandbox` */
  readonly name: string;
  readonly realm: string;
  readonly roleArn: string;
  readonly policies: readonly Policy[];
}

/** A function and its execution role. */
export interface FunctionPrincipal extends Grantee {
  readonly kind: (typeof kinds)[number] | (typeof consentKinds)[number];
  readonly functionArn: string;
  readonly logGroup: string;
}

/** A schedule and the role that it invokes its function with. */
export interface SchedulePrincipal extends Grantee {
  readonly targetArn: string;
}

/** The kinds of functions of each realm. A new kind needs its own access rows. */
export const kinds = ["VendToken", "RenewTokens"] as const;
/** The additional functions of a consent realm. */
const consentKinds = ["BeginConsent", "CompleteConsent"] as const;

/** Resource types that grant access but are not evaluated here: if one were used, the checks would be wrong. */
const notReadHere = [
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::RolePolicy",
  "AWS::IAM::UserPolicy",
  "AWS::IAM::GroupPolicy",
  "AWS::SecretsManager::ResourcePolicy",
  "AWS::Logs::ResourcePolicy",
];

/** Every function of the stack with the policies of its role. Throws on a kind of grant that it does not support. */
export function principalsOf(stack: DeployedStack): FunctionPrincipal[] {
  for (const type of notReadHere) {
    if (stack.resourcesOf(type).length > 0) throw new Error(`${type} is not read here.`);
  }
  refuseResourceGrants(stack);
  const ofRealms = stack
    .resourcesOf("AWS::Lambda::Function")
    .filter(({ logicalId }) => !ofAllRealms.some((name) => logicalId.startsWith(name)));
  return ofRealms.map(({ logicalId, properties }) => {
    const { Role, Environment, LoggingConfig, FunctionName } =
      properties as unknown as FunctionProperties;
    const kind = [...kinds, ...consentKinds].find((known) => logicalId.includes(known));
    if (!kind) throw new Error(`${logicalId} is of no known kind.`);
    const { provider, environment } = JSON.parse(Environment.Variables["REALM"] ?? "");
    const realm = `${provider}/${environment}`;
    return {
      name: `${kind} ${realm}`,
      kind,
      realm,
      functionArn: arn(testLocation, "lambda", `function:${FunctionName}`),
      roleArn: Role,
      logGroup: LoggingConfig.LogGroup,
      policies: policiesOf(stack, Role),
    };
  });
}

/** The functions that belong to no realm. */
export const statusReader = "ListConnections";
export const eventPublisher = "EventsPublishEvents";
const ofAllRealms = [statusReader, eventPublisher];

/** The roles that the tests add, and the role of the status function, with their policies. */
export function outsidersOf(
  stack: DeployedStack,
  names: readonly string[],
): (Omit<Grantee, "realm"> & { readonly roleId: string })[] {
  const roles = stack.resourcesOf("AWS::IAM::Role").map(({ logicalId }) => logicalId);
  return names.map((name) => {
    const roleId = roles.find((id) => id.startsWith(name)) ?? name;
    const roleArn = `arn:${testLocation.partition}:iam::${testLocation.accountId}:role/${stackName}-${roleId}`;
    return { name, roleId, roleArn, policies: policiesOf(stack, roleArn) };
  });
}

/** Every schedule of a realm, with the realm that its description names. */
export function schedulesOf(stack: DeployedStack): SchedulePrincipal[] {
  const schedules = stack.resourcesOf("AWS::Scheduler::Schedule");
  const ofRealms = schedules.filter(({ logicalId }) => !logicalId.startsWith(eventPublisher));
  return ofRealms.map(({ logicalId, properties }) => {
    const { Description, Target } = properties as unknown as ScheduleProperties;
    const [, realm] = /^Renews what is due in (\S+)$/.exec(Description) ?? [];
    if (!realm) throw new Error(`${logicalId} names no realm in its description.`);
    return {
      name: `EveryMinute ${realm}`,
      realm,
      roleArn: Target.RoleArn,
      targetArn: Target.Arn,
      policies: policiesOf(stack, Target.RoleArn),
    };
  });
}

interface ScheduleProperties {
  readonly Description: string;
  readonly Target: { readonly Arn: string; readonly RoleArn: string };
}

interface FunctionProperties {
  readonly FunctionName: string;
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
  // The text of managed policies is not in the template.
  if (ManagedPolicyArns.length > 0) throw new Error(`${ManagedPolicyArns} is not known here.`);
  if (rest.PermissionsBoundary) throw new Error(`${roleName}: boundaries are not read here.`);
  const attached = stack
    .resourcesOf("AWS::IAM::Policy")
    .map(({ properties }) => properties as unknown as PolicyProperties)
    .filter(({ Roles = [] }) => Roles.includes(roleName));
  return [...Policies, ...attached].map(({ PolicyName, PolicyDocument }) => ({
    name: PolicyName,
    policy: PolicyDocument,
  }));
}
