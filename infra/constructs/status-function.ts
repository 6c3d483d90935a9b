import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { StatusVariables } from "../../functions/platform/environment.ts";
import { summarizeRealm } from "../../functions/providers/catalogue.ts";
import type { ListedRealm } from "../realm-list.ts";
import { BundledFunction } from "./bundled-function.ts";
import { allowListingConnections, allowReadingStatus } from "./permissions.ts";
import type { SharedState } from "./shared-state.ts";

interface StatusFunctionProps {
  readonly realms: readonly ListedRealm[];
  readonly state: SharedState;
  readonly bundlesFolder: string;
}

/**
 * Lists the status of every connection of every realm. It can read no secret and no token, not even an encrypted one.
 */
export class StatusFunction extends BundledFunction {
  constructor(scope: Construct, id: string, { realms, state, bundlesFolder }: StatusFunctionProps) {
    const variables: StatusVariables = {
      TABLE_NAME: state.table.tableName,
      REALMS: JSON.stringify(realms.map(({ settings }) => summarizeRealm(settings))),
    };
    super(scope, id, {
      entry: "list-connections",
      bundlesFolder,
      environment: { ...variables },
      description: "Tells the status of every connection",
      timeout: Duration.seconds(25),
      memorySize: 512,
    });
    this.addToRolePolicy(allowListingConnections(state.table));
    this.addToRolePolicy(allowReadingStatus(state.table, "dynamodb:BatchGetItem"));
  }
}
