import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { TokenVendingProps } from "../constructs/token-vending.ts";
import { TokenVending } from "../constructs/token-vending.ts";

export type ServiceStackProps = StackProps & TokenVendingProps;

/** Everything that runs; it can be deleted and deployed again without losing a token. */
export class ServiceStack extends Stack {
  readonly vending: TokenVending;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    this.vending = new TokenVending(this, "Default", props);
  }
}
