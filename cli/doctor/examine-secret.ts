import type { SecretCheckAnswer } from "../../functions/http/contract.ts";
import type { DeployedFunctions } from "../deployed-functions.ts";
import { CommandFailure } from "../failure.ts";
import { relativeTime } from "../relative-time.ts";
import type { SecretTarget } from "../secrets/secret-target.ts";
import { checkByFunction, secretTargetOf } from "../secrets/secret-target.ts";
import type { DoctorFinding } from "./doctor-finding.ts";
import { fine, notSeen, useDeployedRelease } from "./doctor-finding.ts";

const warnedOfMs = 30 * 86_400_000;

/** A connection's secret, as its realm's function reads it: nothing is tried, and no value is seen here. */
export async function examineSecret(
  functions: DeployedFunctions,
  connection: string,
  now: Date,
): Promise<DoctorFinding> {
  const about = `the secret of ${connection}`;
  const target = secretTargetOf(connection);
  if (target === null) {
    const found = "this command line does not know its provider";
    return { severity: "warning", about, found, next: useDeployedRelease };
  }
  try {
    return secretFinding(about, target, await checkByFunction(functions, target, {}), now);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const permission = `lambda:InvokeFunction on renew-tokens of ${target.realm}`;
    return notSeen(about, error, permission);
  }
}

function secretFinding(
  about: string,
  { connection }: SecretTarget,
  { unusable, trial }: SecretCheckAnswer,
  now: Date,
): DoctorFinding {
  const put = `npm run vend -- secret put ${connection}`;
  if (unusable) {
    const found = `${unusable.code}: ${unusable.detail}`;
    return { severity: "error", about, found, next: put };
  }
  const leftMs = trial.expiresAt === null ? Infinity : Date.parse(trial.expiresAt) - Number(now);
  if (leftMs > warnedOfMs) return fine(about, "its members are right");
  const found = `it ${leftMs <= 0 ? "expired" : "expires"} ${relativeTime(trial.expiresAt ?? now, now)}`;
  return { severity: leftMs <= 0 ? "error" : "warning", about, found, next: put };
}
