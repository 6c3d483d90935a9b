import type { CommandOutput } from "../command.ts";
import { cliFailure } from "../failure.ts";
import { formatPut } from "./format-secret.ts";
import { promoteTried } from "./promote-version.ts";
import { askForSecret, readGivenSecret } from "./read-secret.ts";
import type { SecretContext, SecretTarget } from "./secret-target.ts";
import { checkByFunction, stagesOrNew } from "./secret-target.ts";

interface PutOptions {
  readonly file: string | undefined;
  /** Promotes a value that could not be tried, or that is current already. */
  readonly isForced: boolean;
}

/** Puts a value: checks its members, stages it, has it tried, and makes it current. */
export async function putSecret(
  context: SecretContext,
  target: SecretTarget,
  { file, isForced }: PutOptions,
): Promise<CommandOutput> {
  const { functions, terminal, store } = context;
  const before = await checkByFunction(functions, target, {});
  const { secret } = before;
  const given = await readGivenSecret(target.provider, file, terminal);
  const value = given ?? (await askForSecret(target.provider, terminal));
  const { current } = await stagesOrNew(context, before);
  const staged = await store.stage(secret, value);
  const { versionId } = staged;
  const { checked, isNew } = await promoteTried(context, target, secret, {
    versionId,
    current: staged.isCurrent ? versionId : current,
    isPending: true,
    isForced,
  });
  return putOutput(context, target, secret, {
    versionId: isNew ? versionId : current,
    previous: isNew ? current : null,
    trial: checked.trial,
    isNew,
  });
}

/** Makes the previous version current again, which makes the current one the previous. */
export async function undoPut(
  context: SecretContext,
  target: SecretTarget,
  { isForced }: Pick<PutOptions, "isForced">,
): Promise<CommandOutput> {
  const { secret } = await checkByFunction(context.functions, target, {});
  const { current = null, previous = null } = (await context.store.stagesOf(secret)) ?? {};
  if (previous === null || current === null) {
    const detail = `${secret} has no previous version (AWSPREVIOUS).`;
    throw cliFailure("no-previous", "There is nothing to go back to", detail);
  }
  const candidate = { versionId: previous, current, isPending: false };
  const undone = await promoteTried(context, target, secret, { ...candidate, isForced });
  const { isNew, checked } = undone;
  const { trial } = checked;
  const output = putOutput(context, target, secret, {
    versionId: isNew ? previous : current,
    previous: isNew ? current : null,
    ...{ trial, isNew },
  });
  return { ...output, isIncomplete: !isNew };
}

function putOutput(
  { functionName }: SecretContext,
  { connection }: SecretTarget,
  secret: string,
  result: Omit<Parameters<typeof formatPut>[0], "connection" | "secret">,
): CommandOutput {
  const answer = { connection, secret, ...result };
  return { answer, text: formatPut(answer, functionName) };
}
