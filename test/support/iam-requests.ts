import { arn, LOCAL_LOCATION, secretArn } from "../../local/aws/arns.ts";
import type { AwsRequest } from "../../local/aws/sigv4/guard.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";

/** A request as IAM evaluates it: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | string[]>>;
}

/** Throws on an action that is not supported. */
export function iamRequestOf({ action, input }: AwsRequest): IamRequest {
  const [service = "", operation = ""] = action.split(":");
  const read = services[service];
  if (!read) throw new Error(`${action} is not supported.`);
  return { action, ...read(input as never, operation) };
}

type RequestReader = (input: never, operation: string) => Omit<IamRequest, "action">;

const services: Readonly<Record<string, RequestReader>> = {
  dynamodb: readItemRequest,
  secretsmanager: ({ SecretId }: { SecretId: string }) => ({
    resource: secretArn(LOCAL_LOCATION, SecretId),
    context: {},
  }),
  kms: (input: { KeyId: string; EncryptionContext?: Record<string, string> }) => ({
    resource: input.KeyId,
    context: Object.fromEntries(
      Object.entries(input.EncryptionContext ?? {}).map(([name, value]) => [
        `kms:EncryptionContext:${name}`,
        value,
      ]),
    ),
  }),
  lambda: ({ FunctionName }: { FunctionName: string }) => ({
    resource: FunctionName,
    context: {},
  }),
};

interface Projection {
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

interface ItemRequest extends Projection {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Key?: Key;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
  readonly RequestItems?: Readonly<Record<string, Projection & { readonly Keys: readonly Key[] }>>;
}

type Key = Readonly<Record<string, { readonly S: string }>>;

const table = (name: string) => arn(LOCAL_LOCATION, "dynamodb", `table/${name}`);

function readItemRequest(input: ItemRequest, operation: string): Omit<IamRequest, "action"> {
  switch (operation) {
    case "GetItem":
    case "UpdateItem":
    case "DeleteItem":
      return {
        resource: table(input.TableName),
        context: { ...leading([input.Key ?? {}]), ...attributes(input, ["pk"]) },
      };
    case "Query":
      return readQuery(input);
    case "BatchGetItem": {
      const [[name, { Keys, ...reading }] = ["", { Keys: [] }], ...others] = Object.entries(
        input.RequestItems ?? {},
      );
      if (others.length > 0) throw new Error("A batch of several tables is not supported.");
      return {
        resource: table(name),
        context: { ...leading(Keys), ...attributes(reading, ["pk"]) },
      };
    }
    default:
      throw new Error(`dynamodb:${operation} is not supported.`);
  }
}

/** The first condition of the query is on the partition key. */
function readQuery(input: ItemRequest): Omit<IamRequest, "action"> {
  const { KeyConditionExpression = "", ExpressionAttributeNames: names = {} } = input;
  const [, key = "", value = ""] = /(#?\w+) = (:\w+)/.exec(KeyConditionExpression) ?? [];
  const partition = input.ExpressionAttributeValues?.[value]?.S;
  if (partition === undefined) throw new Error("The query's partition key is not supported.");
  const index = input.IndexName === undefined ? "" : `/index/${input.IndexName}`;
  return {
    resource: `${table(input.TableName)}${index}`,
    context: {
      "dynamodb:LeadingKeys": [partition],
      "dynamodb:Select":
        input.ProjectionExpression === undefined
          ? "ALL_PROJECTED_ATTRIBUTES"
          : "SPECIFIC_ATTRIBUTES",
      ...attributes(input, [names[key] ?? key]),
    },
  };
}

const leading = (keys: readonly Key[]) => ({
  "dynamodb:LeadingKeys": keys.map((key) => Object.values(key)[0]?.S ?? ""),
});

/** The attributes that a request names, if it names any. */
function attributes(reading: Projection, keys: readonly string[]): IamRequest["context"] {
  const { ProjectionExpression, ExpressionAttributeNames: names = {} } = reading;
  if (ProjectionExpression === undefined) return {};
  const read = ProjectionExpression.split(",").map((name) => names[name.trim()] ?? name.trim());
  return { "dynamodb:Attributes": [...new Set([...keys, ...read])] };
}

/** The policies that the template attaches to a role. Throws on kinds of policies that are not supported. */
export function policiesOfRole(
  deployed: DeployedStack,
  roleArn: string,
): { name: string; policy: unknown }[] {
  const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  const role = deployed.resourcesOf("AWS::IAM::Role").find((each) => each.ref() === roleName);
  if (!role) throw new Error(`${roleArn} is not in the template.`);
  const { Policies, ManagedPolicyArns, PermissionsBoundary } = role.properties;
  if (Policies ?? ManagedPolicyArns ?? PermissionsBoundary) {
    throw new Error(`${roleArn} has policies that are not read here.`);
  }
  return deployed.resourcesOf("AWS::IAM::Policy").flatMap(({ logicalId, properties }) => {
    const { Roles = [], PolicyDocument } = properties as {
      Roles?: string[];
      PolicyDocument?: unknown;
    };
    return Roles.includes(roleName) ? [{ name: logicalId, policy: PolicyDocument }] : [];
  });
}
