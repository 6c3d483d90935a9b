import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { StatusVariables } from "../../functions/platform/environment.ts";
import { summarizeRealm } from "../../functions/providers/catalogue.ts";
import { linkAttributes } from "../../functions/store/status-attributes.ts";
import { compressVariable } from "../compress-variable.ts";
import type { DeploymentNames } from "../deployment-names.ts";
import type { ListedRealm } from "../realm-list.ts";
import { BundledFunction } from "./bundled-function.ts";
import { allowListingConnections, allowReadingStatus } from "./permissions.ts";
import type { SharedTable } from "./shared-state.ts";

interface StatusFunctionProps {
  readonly names: DeploymentNames;
  /** The variable `REALMS`. */
  readonly realms: string;
  readonly table: SharedTable;
  readonly bundlesFolder: string;
}

/** The realms as the functions need to know them that serve all of them: the variable `REALMS`. */
export function realmsVariable(realms: readonly ListedRealm[]): string {
  return compressVariable(
    "REALMS",
    JSON.stringify(realms.map(({ settings }) => summarizeRealm(settings))),
    `It lists ${realms.length} realms: put some into a deployment of another name (token-vending:name).`,
  );
}

/**
 * Lists the status of every connection of every realm. It can read no secret and no token, not even an encrypted one.
 */
export class StatusFunction extends BundledFunction {
  constructor(
    scope: Construct,
    id: string,
    { names, realms, table, bundlesFolder }: StatusFunctionProps,
  ) {
    const variables: StatusVariables = {
      TABLE_NAME: table.tableName,
      REALMS: realms,
    };
    super(scope, id, {
      entry: "list-connections",
      functionName: names.listConnections,
      bundlesFolder,
      environment: { ...variables },
      description: "Tells the status of every connection",
      timeout: Duration.seconds(25),
      memorySize: 512,
    });
    this.addToRolePolicy(allowListingConnections(table));
    this.addToRolePolicy(allowReadingStatus(table, ["dynamodb:BatchGetItem"], linkAttributes));
  }
}
