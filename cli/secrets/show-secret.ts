import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { CommandOutput } from "../command.ts";
import { formatSecretCheck } from "./format-secret.ts";
import type { SecretContext, SecretTarget } from "./secret-target.ts";
import { checkByFunction } from "./secret-target.ts";

interface ShowOptions {
  /** Requests a token, where its provider's tokens coexist. */
  readonly isTried: boolean;
}

/** Shows the state of a connection's secret, and no value: versions, members, expiry, use, and what the provider says. */
export async function showSecret(
  { functions, store, terminal }: SecretContext,
  target: SecretTarget,
  { isTried }: ShowOptions,
): Promise<CommandOutput> {
  // A probe of a static key issues nothing.
  const issues = declarationOf(target.provider).credential.type === "client-credentials";
  const checked = await checkByFunction(functions, target, { try: isTried || !issues });
  const exists = (await store.stagesOf(checked.secret)) !== null;
  const versions = exists ? await store.versionsOf(checked.secret) : [];
  const answer = { ...checked, versions };
  return {
    answer,
    text: formatSecretCheck(answer, terminal.now()),
    isIncomplete: checked.unusable !== null || checked.trial.outcome === "refused",
  };
}
