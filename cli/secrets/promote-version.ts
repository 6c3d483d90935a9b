import type { SecretCheckAnswer } from "../../functions/http/contract.ts";
import type { CommandFailure } from "../failure.ts";
import { cliFailure } from "../failure.ts";
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
  const checked = await tryVersion(context, target, versionId);
  const isCurrent = versionId === current;
  const drop = async () => {
    if (isPending) await store.unstage(secret, versionId);
  };
  if (checked.unusable) {
    await drop();
    throw cliFailure(
      "secret-invalid",
      "The function cannot use this value",
      checked.unusable.detail,
    );
  }
  if (checked.trial.outcome === "refused") {
    await drop();
    throw refused(checked, isCurrent);
  }
  if (checked.trial.outcome === "unclear" && !isForced && !isCurrent)
    throw unclear(target, checked);
  if (checked.isSameAsCurrent && !isForced) {
    await drop();
    return { checked, isNew: false };
  }
  if (!isCurrent) await promote(context, secret, { versionId, current, isPending });
  await drop();
  return { checked, isNew: true };
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

function refused({ trial, secret }: SecretCheckAnswer, isCurrent: boolean): CommandFailure {
  const consequence = isCurrent
    ? `It is the first value of ${secret}, which Secrets Manager makes current at once: nothing is vended until another is put.`
    : "It is not current, and nothing has changed.";
  const title = "The provider refuses this value";
  return cliFailure("secret-refused", title, `${trial.detail} ${consequence}`);
}

function unclear({ connection }: SecretTarget, { trial }: SecretCheckAnswer): CommandFailure {
  return cliFailure(
    "secret-untried",
    "The provider could not be asked about this value",
    `${trial.detail} The value is staged as AWSPENDING for ${connection}, and is not current.`,
  );
}
