import type { SecretCheckAnswer } from "../../functions/http/contract.ts";
import type { CommandOutput } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import { cliFailure } from "../failure.ts";
import { withRelativeTime } from "../relative-time.ts";
import { formatRotated } from "./format-secret.ts";
import { promoteTried } from "./promote-version.ts";
import { askForSecret, readGivenSecret } from "./read-secret.ts";
import { changedMeanwhile } from "./secret-store.ts";
import type { SecretContext, SecretTarget } from "./secret-target.ts";
import { checkByFunction, stagesOrNew } from "./secret-target.ts";

/** A vend compares a key with its secret every five seconds. */
const maxPolls = 60;
const pollPauseMs = 1000;
/** By then the function sees what was made current; it sees something else if somebody else has put it. */
const visiblePolls = 5;

interface RotateOptions {
  readonly file: string | undefined;
  readonly isForced: boolean;
}

/**
 * Replaces a static key: stages the new one, has it tried, makes it current, and watches until it is vended. Told to do the
 * same again after a crash, it goes on where it was stopped: at watching or, if that is wanted, at a staged value.
 */
export async function rotateSecret(
  context: SecretContext,
  target: SecretTarget,
  options: RotateOptions,
): Promise<CommandOutput> {
  const before = await checkByFunction(context.functions, target, {});
  const { secret } = before;
  const stages = await stagesOrNew(context, before);
  const candidate = await nextVersion(context, target, before, stages, options);
  let { current } = stages;
  if (candidate !== null) {
    const { versionId } = candidate;
    const { isNew } = await promoteTried(context, target, secret, {
      versionId,
      current: candidate.isCurrent ? versionId : current,
      isPending: true,
      isForced: options.isForced,
    });
    if (isNew) {
      context.terminal.notice(`Version ${versionId} is current.`);
      current = versionId;
    } else context.terminal.notice("This value is current already.");
  }
  const adopted = await watchAdoption(context, target, current ?? "");
  const { connection } = target;
  const answer = { connection, secret, versionId: current, ...adopted };
  return { answer, text: formatRotated(answer) };
}

/** The staged version to be tried: of what is given, or of a rotation that was stopped. Null: the current one is to be adopted. */
async function nextVersion(
  context: SecretContext,
  { provider }: SecretTarget,
  { secret, stored, versionId }: SecretCheckAnswer,
  { current, pending }: { readonly current: string | null; readonly pending: string | null },
  { file, isForced }: RotateOptions,
): Promise<{ versionId: string; isCurrent: boolean } | null> {
  const { store, terminal } = context;
  const given = await readGivenSecret(provider, file, terminal);
  if (given) return store.stage(secret, given);
  if (pending !== null && pending !== current) {
    const staged = await describePending(context, secret, pending);
    if (!isForced) throw notStagedHere(staged);
    terminal.notice(`Going on with ${staged}.`);
    return { versionId: pending, isCurrent: false };
  }
  if (stored && versionId !== null && stored.secretVersion !== versionId) {
    terminal.notice("The current value is not vended yet.");
    return null;
  }
  return store.stage(secret, await askForSecret(provider, terminal));
}

async function describePending(
  { store, terminal }: SecretContext,
  secret: string,
  pending: string,
): Promise<string> {
  const versions = await store.versionsOf(secret);
  const { createdAt = null } = versions.find(({ versionId }) => versionId === pending) ?? {};
  const when =
    createdAt === null ? "at an unknown time" : withRelativeTime(createdAt, terminal.now());
  return `version ${pending} of ${secret}, which was staged as AWSPENDING ${when}`;
}

function notStagedHere(staged: string): CommandFailure {
  const detail = `Nothing was given, and this command did not stage ${staged}.`;
  return cliFailure("secret-pending", "Another value is staged already", detail);
}

/** Has the function vend, which answers no credential, until the token is of this version of the secret. */
async function watchAdoption(
  { functions, terminal }: SecretContext,
  target: SecretTarget,
  versionId: string,
): Promise<{ version: number; fingerprint: string }> {
  const { connection } = target;
  for (let poll = 1; ; poll += 1) {
    const checked = await checkByFunction(functions, target, { adopt: true });
    const { stored } = checked;
    if (stored?.secretVersion === versionId) {
      return { version: stored.version, fingerprint: stored.fingerprint };
    }
    requireProgress(checked, versionId, poll);
    const vended = stored ? `version ${stored.version} (${stored.fingerprint})` : "nothing";
    terminal.notice(`${poll}/${maxPolls} ${connection}: ${vended} is not of the new value yet`);
    await terminal.sleep(pollPauseMs);
  }
}

function requireProgress(checked: SecretCheckAnswer, versionId: string, poll: number): void {
  if (poll > visiblePolls && checked.versionId !== versionId) {
    throw changedMeanwhile(checked.secret);
  }
  if (poll === maxPolls || checked.refusal?.retryable === false) throw notAdopted(checked);
}

function notAdopted({ connection, refusal, failure }: SecretCheckAnswer): CommandFailure {
  const reason = refusal ?? failure;
  const cause = reason ? `${reason.code}: ${reason.detail}` : "Its token is of the value before.";
  const title = "The new value is current, but is not vended";
  return cliFailure("not-adopted", title, `${connection}: ${cause}`);
}
