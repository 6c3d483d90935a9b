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
): Promise<DoctorFinding[]> {
  const about = `the secret of ${connection}`;
  const target = secretTargetOf(connection);
  if (target === null) {
    const found = "this command line does not know its provider";
    return [{ severity: "warning", about, found, next: useDeployedRelease }];
  }
  try {
    return secretFindings(about, target, await checkByFunction(functions, target, {}), now);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const permission = `lambda:InvokeFunction on renew-tokens of ${target.realm}`;
    return [notSeen(about, error, permission)];
  }
}

/** The function answers no value, and neither do these. */
function secretFindings(
  about: string,
  { connection }: SecretTarget,
  { unusable, trial, examination }: SecretCheckAnswer,
  now: Date,
): DoctorFinding[] {
  const put = `npm run vend -- secret put ${connection}`;
  const findings: DoctorFinding[] = [];
  if (unusable) {
    const found = `${unusable.code}: ${unusable.detail}`;
    findings.push({ severity: "error", about, found, next: put });
  }
  if (trial.expiresAt !== null)
    findings.push(...endFinding(about, "it", trial.expiresAt, now, put));
  const { oddities = [], certificate = null } = examination ?? {};
  for (const { field, oddity } of oddities) {
    const next = `Unless it was issued so: ${put}`;
    findings.push({ severity: "warning", about, found: `${field} ${oddity}`, next });
  }
  if (certificate) findings.push(...certificateFinding(about, certificate, now, put));
  if (examination === undefined) findings.push(notExamined(about));
  return findings.length > 0 ? findings : [fine(about, whatIsRight(certificate, now))];
}

type Certificate = NonNullable<NonNullable<SecretCheckAnswer["examination"]>["certificate"]>;

function certificateFinding(
  about: string,
  { beginsAt, endsAt }: Certificate,
  now: Date,
  next: string,
): DoctorFinding[] {
  const name = "its client certificate";
  if (Date.parse(beginsAt) <= Number(now)) return endFinding(about, name, endsAt, now, next);
  const found = `${name} is not valid yet: it begins ${relativeTime(beginsAt, now)}`;
  return [{ severity: "error", about, found, next: `Wait, or ${next}` }];
}

/** Nothing, if it ends later than an operator needs for another one. */
function endFinding(
  about: string,
  what: string,
  endsAt: string,
  now: Date,
  next: string,
): DoctorFinding[] {
  const leftMs = Date.parse(endsAt) - Number(now);
  if (leftMs > warnedOfMs) return [];
  const found = `${what} ${leftMs <= 0 ? "expired" : "expires"} ${relativeTime(endsAt, now)}`;
  return [{ severity: leftMs <= 0 ? "error" : "warning", about, found, next }];
}

/** A function of an earlier release tells nothing about certificates and texts. */
function notExamined(about: string): DoctorFinding {
  const found = "its text and its certificate were not looked at: an earlier release is deployed";
  return { severity: "warning", about, found, next: "Deploy this release: docs/deploying.md." };
}

function whatIsRight(certificate: Certificate | null, now: Date): string {
  const members = "its members are right";
  if (certificate === null) return members;
  return `${members}; its client certificate expires ${relativeTime(certificate.endsAt, now)}`;
}
