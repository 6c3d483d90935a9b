import { VendingError } from "../../functions/model/errors.ts";
import { readRecordAsOperator } from "../../functions/store/dynamodb-operator-record.ts";
import type { DeployedFunctions, FunctionConfiguration } from "../deployed-functions.ts";
import { CommandFailure } from "../failure.ts";
import { functionKindsOf } from "../function-logs.ts";
import { withTokenTable } from "../token-table.ts";
import type { DoctorFinding } from "./doctor-finding.ts";
import { fine, notSeen, useDeployedRelease } from "./doctor-finding.ts";
import type { SeenFunction } from "./examine-release.ts";

/** Functions of a realm, or of all: that they are there, and can run. Returns the configuration of those that are seen. */
export async function examineFunctions(
  functions: DeployedFunctions,
  realm: string | null,
): Promise<{ findings: DoctorFinding[]; seen: SeenFunction[] }> {
  const findings: DoctorFinding[] = [];
  const seen: SeenFunction[] = [];
  const kinds = realm === null ? (["list-connections"] as const) : functionKindsOf(realm);
  for (const kind of kinds) {
    const about = realm === null ? kind : `${kind} of ${realm}`;
    try {
      const configuration = await functions.configurationOf(kind, realm);
      seen.push({ kind, realm, label: about, ...configuration });
      findings.push(stateOf(about, configuration));
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      const permission = `lambda:ListFunctions on *, and lambda:GetFunctionConfiguration on ${about}`;
      findings.push(notSeen(about, error, permission));
    }
  }
  return { findings, seen };
}

function stateOf(about: string, { name, state, lastUpdate }: FunctionConfiguration): DoctorFinding {
  if (state === "Failed" || lastUpdate === "Failed") {
    const found = `${name} is ${state}, its last update ${lastUpdate}`;
    return { severity: "error", about, found, next: "Deploy again: docs/deploying.md." };
  }
  if (state !== "Active") {
    return {
      severity: "warning",
      about,
      found: `${name} is ${state}`,
      next: "Wait, and look again.",
    };
  }
  return fine(about, `${name} can run`);
}

/** The token table, which `ledger` and `freeze` use with the operator's own role. */
export async function examineTable(
  table: string | undefined,
  connection: string,
): Promise<DoctorFinding> {
  const about = `the table ${table ?? "token-vending"}`;
  try {
    return await withTokenTable(table, async (client, name) => {
      const problem = await readRecordAsOperator(client, name, connection).then(
        () => null,
        (error) => {
          if (error instanceof VendingError) return error;
          throw error;
        },
      );
      if (problem === null) return fine(about, "can be read");
      const found = `can be read, but not the record of ${connection}: ${problem.message}`;
      return { severity: "warning", about, found, next: useDeployedRelease };
    });
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const finding = notSeen(about, error, `dynamodb:GetItem on ${about}, as grantStatus does`);
    const isNamed = error.problem.code === "no-table";
    return isNamed ? { ...finding, next: "Name it: --table <name>; compare AWS_REGION." } : finding;
  }
}
