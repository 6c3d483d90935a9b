import { arn } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { Row } from "./access-row.ts";
import type { FunctionPrincipal, SchedulePrincipal } from "./principals.ts";
import { testLocation } from "./synthesized.ts";
import { tokenTableOf } from "./table-rows.ts";

/** Labels of two functions of other stacks. */
export const otherFunctionNames = ["another function", "a function of a longer name"];

/** A schedule may invoke the function that renews its realm, and nothing else. */
export function scheduleRows(
  stack: DeployedStack,
  { realm, targetArn }: SchedulePrincipal,
  functions: readonly FunctionPrincipal[],
): Row[] {
  const invoke = "lambda:InvokeFunction";
  const others = [arn(testLocation, "lambda", "function:Orders"), `${targetArn}-copy`];
  return [
    ...functions.flatMap(({ kind, realm: itsRealm, name, functionArn }): Row[] => {
      const isOwn = kind === "RenewTokens" && itsRealm === realm;
      return [
        [isOwn ? "allowed" : "denied", invoke, name, functionArn],
        ["denied", "lambda:GetFunction", name, functionArn],
        ["denied", "lambda:UpdateFunctionCode", name, functionArn],
        ["denied", "lambda:AddPermission", name, functionArn],
      ];
    }),
    ...otherFunctionNames.map((what, at): Row => ["denied", invoke, what, others[at] ?? ""]),
    ["denied", invoke, `RenewTokens ${realm}, a version`, `${targetArn}:1`],
    ...nothingElse(stack, realm),
    ...functions.map(({ name, roleArn }): Row => ["denied", "sts:AssumeRole", name, roleArn]),
  ];
}

/** The permissions of its function, which it does not have. */
function nothingElse(stack: DeployedStack, realm: string): Row[] {
  const { tableArn } = tokenTableOf(stack);
  const ownKey = { "dynamodb:LeadingKeys": [`${realm}/acme`] };
  const secret = arn(testLocation, "secretsmanager", `secret:token-vending/${realm}/acme-Ab3dEf`);
  return [
    ["denied", "dynamodb:GetItem", "its realm's", tableArn, ownKey],
    [
      "denied",
      "dynamodb:Query",
      "its realm's",
      `${tableArn}/index/due`,
      { "dynamodb:LeadingKeys": [realm] },
    ],
    ["denied", "secretsmanager:GetSecretValue", "its realm's", secret],
  ];
}
