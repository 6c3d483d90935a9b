import type { SecretCheckAnswer } from "../../functions/http/contract.ts";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import { CommandFailure, cliFailure } from "../failure.ts";
import { changedMeanwhile } from "./secret-store.ts";
import type { SecretContext, SecretTarget } from "./secret-target.ts";
import { tryVersion } from "./secret-target.ts";

interface Candidate {
  readonly versionId: string;
  /** The version that is current now; null when there is none. */
  readonly current: string | null;
  /** It has AWSPENDING, and is nobody else's: false for the previous version of an undo. */
  readonly isPending: boolean;
  /** Promotes it even if the provider could not be asked, or if its value is current already. */
  readonly isForced: boolean;
}

export interface Promoted {
  readonly checked: SecretCheckAnswer;
  /** False: its value is current already, as another version, and nothing was changed. */
  readonly isNew: boolean;
}

/**
 * Has a version tried, and makes it current unless its provider refuses it. Throws a `CommandFailure`; a version that is
 * refused keeps no stage.
 */
export async function promoteTried(
  context: SecretContext,
  target: SecretTarget,
  secret: string,
  { versionId, current, isPending, isForced }: Candidate,
): Promise<Promoted> {
  const { store } = context;
  const checked = readOrUnclear(await tryVersion(context, target, versionId));
  const isCurrent = versionId === current;
  const drop = async () => {
    if (isPending) await store.unstage(secret, versionId);
  };
  if (checked.unusable) {
    await drop();
    const detail = `${checked.unusable.detail} ${consequenceOf(checked, isCurrent)}`;
    throw cliFailure("secret-invalid", "The function cannot use this value", detail);
  }
  if (checked.trial.outcome === "refused") {
    await drop();
    throw refused(checked, isCurrent);
  }
  if (checked.trial.outcome === "unclear" && !isForced && !isCurrent)
    throw unclear(target, checked, { versionId, current });
  if (checked.isSameAsCurrent && !isForced) {
    await drop();
    return { checked, isNew: false };
  }
  if (!isCurrent) {
    await promote(context, secret, { versionId, current, isPending }).catch(async (error) => {
      // Else a later rotation would go on with what has lost to another value.
      if (hasChanged(error)) await drop();
      throw error;
    });
  }
  await drop();
  return { checked, isNew: true };
}

function hasChanged(error: unknown): boolean {
  return error instanceof CommandFailure && error.problem.code === "secret-changed";
}

/** Refuses where another operator has staged or promoted a value meanwhile. */
async function promote(
  { store }: SecretContext,
  secret: string,
  { versionId, current, isPending }: Omit<Candidate, "isForced">,
): Promise<void> {
  const now = await store.stagesOf(secret);
  const isStaged = !isPending || now?.pending === versionId;
  if (!isStaged || now?.current !== current) throw changedMeanwhile(secret);
  await store.promote(secret, versionId, current);
}

function refused(checked: SecretCheckAnswer, isCurrent: boolean): CommandFailure {
  const title = "The provider refuses this value";
  const detail = `${checked.trial.detail} ${consequenceOf(checked, isCurrent)}`;
  return cliFailure("secret-refused", title, detail);
}

function consequenceOf({ secret }: SecretCheckAnswer, isCurrent: boolean): string {
  return isCurrent
    ? `It is the first value of ${secret}, which Secrets Manager makes current at once: nothing is vended until another is put.`
    : "It is not current, and nothing has changed.";
}

/** Only a value that was read and is wrong is unusable. One that could not be read is unclear: it may be shown once only. */
function readOrUnclear(checked: SecretCheckAnswer): SecretCheckAnswer {
  const { unusable, trial } = checked;
  if (!unusable || unusable.code === "secret-malformed") return checked;
  const detail = `The function could not check it (${unusable.code}): ${unusable.detail}`;
  return { ...checked, unusable: null, trial: { ...trial, outcome: "unclear", detail } };
}

/** Says how to go on with the staged value, which nobody may be able to give again. */
function unclear(
  { connection, provider }: SecretTarget,
  { trial, secret }: SecretCheckAnswer,
  { versionId, current }: Pick<Candidate, "versionId" | "current">,
): CommandFailure {
  const isKey = declarationOf(provider).credential.type === "static-key";
  const from = current === null ? "" : ` --remove-from-version-id ${current}`;
  const goOn = isKey
    ? `npm run vend -- secret rotate ${connection} --yes`
    : `aws secretsmanager update-secret-version-stage --secret-id ${secret} --version-stage AWSCURRENT --move-to-version-id ${versionId}${from}`;
  return cliFailure(
    "secret-untried",
    "The provider could not be asked about this value",
    `${trial.detail} The value is staged as AWSPENDING, version ${versionId}, and is not current. To go on without giving it again: ${goOn}`,
  );
}
