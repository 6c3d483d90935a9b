import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { TokenVendingState } from "../constructs/token-vending-state.ts";
import type { RealmEntry } from "../realm-list.ts";

interface StateStackProps extends StackProps {
  readonly realms: readonly RealmEntry[];
}

/** The state that is kept, whatever happens to the service stack. */
export class StateStack extends Stack {
  constructor(scope: Construct, id: string, { realms, ...props }: StateStackProps) {
    super(scope, id, props);
    new TokenVendingState(this, "Default", realms);
  }
}
