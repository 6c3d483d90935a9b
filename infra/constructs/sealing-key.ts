import { RemovalPolicy } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

/** Seals the tokens of the table, and is kept as long as that is: without it none of them opens. */
export class SealingKey extends Key {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "Seals the tokens in the token table",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
