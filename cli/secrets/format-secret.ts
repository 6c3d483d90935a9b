import type { SecretCheckAnswer } from "../../functions/http/contract.ts";
import { formatTable } from "../../local/format-table.ts";
import { wrapText } from "../../local/wrap-text.ts";
import { isLeftToPeople } from "../recovery-findings.ts";
import { withRelativeTime } from "../relative-time.ts";
import type { SecretVersionInfo } from "./secret-store.ts";

interface PutAnswer {
  readonly connection: string;
  readonly secret: string;
  /** The current version. */
  readonly versionId: string | null;
  /** The version that was current before; null if there was none, or nothing has changed. */
  readonly previous: string | null;
  readonly trial: SecretCheckAnswer["trial"];
  readonly isNew: boolean;
}

/** `functionName`: the realm's `renew-tokens`, where the command line has named it. */
export function formatPut(answer: PutAnswer, functionName: string | null): string {
  const { connection, secret, versionId, previous, trial, isNew } = answer;
  if (!isNew) {
    return lines(
      `This is the current value of ${secret} already: nothing has changed.`,
      "With --yes it becomes a new version, by which credentials that the provider has refused are tried again.",
    );
  }
  return lines(
    `Version ${versionId} of ${secret} is current.`,
    `The provider: ${formatTrial(trial)}`,
    previous === null
      ? `Next: npm run vend -- ${nextCommand(connection, functionName)}`
      : `To go back: npm run vend -- secret put ${connection} --undo${naming(functionName)}`,
  );
}

/** A realm that is deployed twice needs the name of the function that is invoked next, too. */
function nextCommand(connection: string, functionName: string | null): string {
  const name = isLeftToPeople(connection) ? "consent" : "vend";
  if (functionName === null) return `${name} ${connection}`;
  const kind = isLeftToPeople(connection) ? "-begin-consent" : "";
  const sibling = functionName.replace(/-renew-tokens(:.*)?$/, kind);
  return `${name} ${connection}${naming(sibling === functionName ? "<its function>" : sibling)}`;
}

function naming(functionName: string | null): string {
  return functionName === null ? "" : ` --function ${functionName}`;
}

interface RotatedAnswer {
  readonly connection: string;
  readonly secret: string;
  readonly version: number;
  readonly fingerprint: string;
}

export function formatRotated({ connection, version, fingerprint }: RotatedAnswer): string {
  return lines(
    `${connection} is vended with the new value: version ${version}, fingerprint ${fingerprint}.`,
    "Every process vends it within five seconds. Retire the old key at the provider once no caller uses it any more: docs/operations.md#rotating-credentials",
  );
}

type CheckedSecret = SecretCheckAnswer & { readonly versions: readonly SecretVersionInfo[] };

export function formatSecretCheck(checked: CheckedSecret, now: Date): string {
  const { secret, versions, unusable, trial, failure, examination } = checked;
  const { oddities = [], certificate = null } = examination ?? {};
  const rows = versions.map(({ versionId, stages, createdAt }) => [
    versionId,
    stages.join(", "),
    createdAt === null ? "" : withRelativeTime(createdAt, now),
  ]);
  const fields: [string, string][] = [
    ["members", unusable ? `${unusable.code}: ${unusable.detail}` : "as the provider needs them"],
    ...oddities.map(
      ({ field, oddity }) => ["odd", `${field} ${oddity}`] satisfies [string, string],
    ),
    ["expires", trial.expiresAt === null ? "not stated" : withRelativeTime(trial.expiresAt, now)],
    ...(certificate
      ? [["certificate", formatLife(certificate, now)] satisfies [string, string]]
      : []),
    ["in use", formatUse(checked)],
    ["provider", formatTrial(trial)],
    ...(failure
      ? [["last failure", `${failure.code}: ${failure.detail}`] as [string, string]]
      : []),
  ];
  const width = Math.max(...fields.map(([name]) => name.length));
  return [
    secret,
    ...(rows.length > 0 ? ["", formatTable(["version", "stages", "created"], rows)] : []),
    "",
    ...fields.map(([name, value]) =>
      wrapText(value, `  ${name.padEnd(width)}   `, " ".repeat(width + 5)),
    ),
  ].join("\n");
}

function formatLife(
  { beginsAt, endsAt }: { readonly beginsAt: string; readonly endsAt: string },
  now: Date,
): string {
  return Date.parse(beginsAt) > Number(now)
    ? `not valid before ${withRelativeTime(beginsAt, now)}`
    : `expires ${withRelativeTime(endsAt, now)}`;
}

/** Whether what is current is what is vended. */
function formatUse({ stored, versionId }: SecretCheckAnswer): string {
  if (!stored) return "no: nothing was issued yet";
  const token = `version ${stored.version} (${stored.fingerprint})`;
  if (stored.secretVersion === versionId) return `yes: ${token} was issued with the current value`;
  return `not yet: ${token} was issued with another value, ${stored.secretVersion}`;
}

function formatTrial({ outcome, detail }: SecretCheckAnswer["trial"]): string {
  switch (outcome) {
    case "accepted":
      return "accepts it.";
    case "refused":
      return `refuses it. ${detail}`;
    case "unclear":
      return `could not be asked. ${detail}`;
    case "not-tried":
      return `was not asked. ${detail}`.trimEnd();
  }
}

const lines = (...texts: readonly string[]) => texts.map((text) => wrapText(text)).join("\n");
