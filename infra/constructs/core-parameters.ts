import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import type { DeploymentNames } from "../deployment-names.ts";

/**
 * What the core tells the stacks of realms: ids that only its deployment knows. By parameters instead of exports, so that
 * no stack blocks a change of another (docs/decisions/0018-two-stacks.md).
 */
export class CoreParameters {
  private readonly names: DeploymentNames;

  constructor(names: DeploymentNames) {
    this.names = names;
  }

  /** `what`: `api/id` */
  publish(scope: Construct, what: string, stringValue: string): void {
    const parameterName = this.names.coreParameter(what);
    new StringParameter(scope, `Parameter ${what}`, { parameterName, stringValue });
  }

  /** The value that the core has when the scope's stack is deployed. */
  read(scope: Construct, what: string): string {
    return StringParameter.valueForStringParameter(scope, this.names.coreParameter(what));
  }
}
