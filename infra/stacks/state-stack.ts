import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { TokenVendingState } from "../constructs/token-vending-state.ts";
import type { DeploymentNames } from "../deployment-names.ts";
import type { RealmEntry } from "../realm-list.ts";

interface StateStackProps extends StackProps {
  readonly realms: readonly RealmEntry[];
  readonly names: DeploymentNames;
}

/** The state that is kept, whatever happens to the other stacks. */
export class StateStack extends Stack {
  constructor(scope: Construct, id: string, { realms, names, ...props }: StateStackProps) {
    super(scope, id, props);
    // CDK leaves "Default" out of logical ids: the resources of earlier releases keep theirs.
    new TokenVendingState(this, "Default", realms, names);
  }
}
