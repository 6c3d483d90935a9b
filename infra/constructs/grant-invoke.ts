import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";

/** Lets someone call a function. CDK's own grant would take in every version and alias that there ever will be. */
export function grantInvoke(grantee: IGrantable, fn: IFunction): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ["lambda:InvokeFunction"],
    resourceArns: [fn.functionArn],
  });
}
