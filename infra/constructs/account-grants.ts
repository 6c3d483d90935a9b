import { ArnFormat, Stack, Token, TokenComparison } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { AccountPrincipal, Grant } from "aws-cdk-lib/aws-iam";
import { CfnPermission } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

interface InvokedFunction {
  /** By its name, or by that and an alias. Of several the last is the one that other accounts may invoke. */
  readonly names: readonly string[];
  /** What answers to the last of the names, if other accounts may invoke it: deployed before its permission. */
  readonly target?: Construct | undefined;
}

/**
 * Grants invoking a function. CDK's `grantInvoke` would include every present and future version and alias, and couple the
 * stacks. A grantee of another account gets a permission of the function's own as well: IAM asks both accounts.
 *
 * @throws {Error} for a grantee to which it cannot be granted, with what to do.
 */
export function grantInvoke(
  grantee: IGrantable,
  scope: Construct,
  { names, target }: InvokedFunction,
): Grant {
  const functionArns = names.map((resourceName) =>
    Stack.of(scope).formatArn({
      ...{ service: "lambda", resource: "function", resourceName },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
  const actions = ["lambda:InvokeFunction"];
  if (isOfAnotherAccount(grantee, scope) && target) {
    allowInvoking(grantee, scope, names.at(-1) ?? "", target);
    return Grant.addToPrincipal({ grantee, actions, resourceArns: functionArns });
  }
  return grantInAccount(grantee, scope, actions, functionArns);
}

/**
 * Grants what only roles and users of the deployment's own account can be granted.
 *
 * @throws {Error} for any other grantee, with what to do.
 */
export function grantInAccount(
  grantee: IGrantable,
  scope: Construct,
  actions: string[],
  resourceArns: string[],
): Grant {
  refuseOtherAccounts(grantee, scope, actions.join(", "));
  const grant = Grant.addToPrincipal({ grantee, actions, resourceArns });
  if (grant.success) return grant;
  throw new Error(
    `${actions.join(", ")} cannot be granted to ${grantee.grantPrincipal}, which has no policy of its own: grant it to a role, and let that be assumed.`,
  );
}

/** Throws for a grantee of another account, with what to do. */
export function refuseOtherAccounts(grantee: IGrantable, scope: Construct, what: string): void {
  if (!isOfAnotherAccount(grantee, scope)) return;
  const { principalAccount } = grantee.grantPrincipal;
  throw new Error(
    `${what} cannot be granted to account ${principalAccount}, because its resources allow their own account only. Other accounts may invoke functions that vend or ask for consents (grantVend and the like without OverApi); for anything else grant it to a role of account ${Stack.of(scope).account}, and let that be assumed.`,
  );
}

/** Accounts that are known only when they are deployed to count as the same, as CDK itself takes them. */
function isOfAnotherAccount({ grantPrincipal }: IGrantable, scope: Construct): boolean {
  const { principalAccount } = grantPrincipal;
  if (principalAccount === undefined) return false;
  const compared = Token.compareStrings(principalAccount, Stack.of(scope).account);
  return compared === TokenComparison.DIFFERENT;
}

/** The function's side of a grant to another account. */
function allowInvoking(
  { grantPrincipal }: IGrantable,
  scope: Construct,
  functionName: string,
  target: Construct,
): void {
  const { principalAccount = "" } = grantPrincipal;
  const isOne = Construct.isConstruct(grantPrincipal);
  const id = `${functionName} for ${isOne ? grantPrincipal.node.addr : principalAccount}`;
  if (scope.node.tryFindChild(id)) return;
  const isAccount = grantPrincipal instanceof AccountPrincipal;
  const [arn = ""] = [grantPrincipal.policyFragment.principalJson["AWS"]].flat();
  const permission = new CfnPermission(scope, id, {
    action: "lambda:InvokeFunction",
    functionName,
    principal: isAccount ? principalAccount : arn,
  });
  permission.node.addDependency(target);
}
