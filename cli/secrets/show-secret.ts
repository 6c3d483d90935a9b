import type { CommandOutput } from "../command.ts";
import { formatSecretCheck } from "./format-secret.ts";
import type { SecretContext, SecretTarget } from "./secret-target.ts";
import { checkByFunction } from "./secret-target.ts";

/** Shows the state of a connection's secret, and no value: versions, members, expiry, use, and what the provider says. */
export async function showSecret(
  { functions, store, terminal }: SecretContext,
  target: SecretTarget,
): Promise<CommandOutput> {
  const checked = await checkByFunction(functions, target, { try: true });
  const exists = (await store.stagesOf(checked.secret)) !== null;
  const versions = exists ? await store.versionsOf(checked.secret) : [];
  const answer = { ...checked, versions };
  return {
    answer,
    text: formatSecretCheck(answer, terminal.now()),
    isIncomplete: checked.unusable !== null || checked.trial.outcome === "refused",
  };
}
