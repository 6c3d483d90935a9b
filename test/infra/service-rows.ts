import type { AwsLocation } from "../../local/aws/arns.ts";
import { arn } from "../../local/aws/arns.ts";
import type { Row, RowContext } from "./access-row.ts";
import { testLocation } from "./synthesized.ts";

const otherSecretActions = [
  "PutSecretValue",
  "UpdateSecret",
  "UpdateSecretVersionStage",
  "DescribeSecret",
  "ListSecretVersionIds",
  "DeleteSecret",
  "RestoreSecret",
  "RotateSecret",
  "CreateSecret",
  "GetResourcePolicy",
  "PutResourcePolicy",
  "ReplicateSecretToRegions",
  "TagResource",
].map((name) => `secretsmanager:${name}`);

/** Names that resemble the realm's prefix. */
function nearSecrets(realm: string): string[] {
  const [provider] = realm.split("/");
  return [
    `token-vending/${realm}`,
    `token-vending/${realm}-3/acme`,
    `token-vending/${realm}3/acme`,
    `token-vending/${provider}/acme`,
    `x/token-vending/${realm}/acme`,
    `${realm}/acme`,
    `token-vending/${realm.toUpperCase()}/acme`,
    "orders/production/database",
  ];
}

export function secretRows({ self, foreignRealms }: RowContext): Row[] {
  const get = "secretsmanager:GetSecretValue";
  const own = `token-vending/${self.realm}/acme`;
  const foreign = foreignRealms.map((realm) => `token-vending/${realm}/acme`);
  return [
    ["allowed", get, own, secret(own)],
    [
      "allowed",
      get,
      `token-vending/${self.realm}/default`,
      secret(`token-vending/${self.realm}/default`),
    ],
    ...[...foreign, ...nearSecrets(self.realm)].map(
      (name): Row => ["denied", get, name, secret(name)],
    ),
    ["denied", get, `another region's ${own}`, secret(own, { region: "us-east-1" })],
    ["denied", get, `another account's ${own}`, secret(own, { accountId: "444455556666" })],
    ...otherSecretActions.flatMap((action) =>
      [own, ...foreign].map((name): Row => ["denied", action, name, secret(name)]),
    ),
    ["denied", "secretsmanager:ListSecrets", "all", "*"],
    ["denied", "secretsmanager:BatchGetSecretValue", "all", "*"],
  ];
}

/** A secret's ARN ends with six random characters. */
function secret(name: string, elsewhere: Partial<AwsLocation> = {}): string {
  return arn({ ...testLocation, ...elsewhere }, "secretsmanager", `secret:${name}-Ab3dEf`);
}

/** No function may invoke, read, change or impersonate a function: its configuration contains the realm's variables. */
export function functionRows({ self, others }: RowContext): Row[] {
  return [self, ...others].flatMap((one): Row[] => {
    const whose = one === self ? "itself" : one.name;
    const denied = (action: string, resource: string): Row => ["denied", action, whose, resource];
    return [
      denied("lambda:InvokeFunction", one.functionArn),
      denied("lambda:GetFunction", one.functionArn),
      denied("lambda:GetFunctionConfiguration", one.functionArn),
      denied("lambda:UpdateFunctionCode", one.functionArn),
      denied("lambda:UpdateFunctionConfiguration", one.functionArn),
      denied("lambda:AddPermission", one.functionArn),
      denied("sts:AssumeRole", one.roleArn),
      denied("iam:PassRole", one.roleArn),
      denied("iam:PutRolePolicy", one.roleArn),
      denied("iam:AttachRolePolicy", one.roleArn),
    ];
  });
}

/** A function may write to its own log. It may read none, not even its own. */
export function logRows({ self, others }: RowContext): Row[] {
  return [self, ...others].flatMap((one): Row[] => {
    const group = arn(testLocation, "logs", `log-group:${one.logGroup}`);
    const stream = `${group}:log-stream:2026/01/01/[$LATEST]0123`;
    const what = one === self ? "its own" : `of ${one.name}`;
    const writes = one === self ? "allowed" : "denied";
    return [
      [writes, "logs:CreateLogStream", what, stream],
      [writes, "logs:PutLogEvents", what, stream],
      ["denied", "logs:CreateLogGroup", what, group],
      ["denied", "logs:GetLogEvents", what, stream],
      ["denied", "logs:FilterLogEvents", what, group],
      ["denied", "logs:StartQuery", what, group],
      ["denied", "logs:DeleteLogStream", what, stream],
      ["denied", "logs:DeleteLogGroup", what, group],
      ["denied", "logs:PutRetentionPolicy", what, group],
    ];
  });
}
