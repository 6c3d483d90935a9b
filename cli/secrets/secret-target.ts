import type { SecretCheckAnswer } from "../../functions/http/contract.ts";
import type { ProviderId } from "../../functions/providers/catalogue.ts";
import { providerIds } from "../../functions/providers/catalogue.ts";
import type { CommandContext } from "../command.ts";
import type { DeployedFunctions } from "../deployed-functions.ts";
import { CommandFailure, cliFailure, UsageError } from "../failure.ts";
import { parseConnection } from "../parse-arguments.ts";
import type { SecretStages, SecretStore } from "./secret-store.ts";

/** A connection whose secret is to be put, checked or rotated. */
export interface SecretTarget {
  readonly connection: string;
  readonly realm: string;
  readonly account: string;
  readonly provider: ProviderId;
}

export interface SecretContext extends CommandContext {
  readonly store: SecretStore;
  /** As the command line has named the realm's `renew-tokens`; null: it is looked up. */
  readonly functionName: string | null;
}

export function parseSecretTarget(text: string | undefined): SecretTarget {
  const target = secretTargetOf(text);
  if (target) return target;
  throw new UsageError(`${text} is of no provider: there are ${providerIds.join(", ")}.`);
}

/** Null for a provider that this command line does not know. Throws a `UsageError` for what is no connection. */
export function secretTargetOf(text: string | undefined): SecretTarget | null {
  const parsed = parseConnection(text);
  const provider = providerIds.find((id) => parsed.realm.startsWith(`${id}/`));
  return provider ? { ...parsed, provider } : null;
}

interface CheckOptions {
  /** The version; the current one if it is left out. */
  readonly version?: string;
  readonly try?: boolean;
  readonly adopt?: boolean;
}

/** Has the realm's function, which may read the secret, check a version of it. */
export async function checkByFunction(
  functions: DeployedFunctions,
  { realm, account }: SecretTarget,
  checkSecret: CheckOptions,
): Promise<SecretCheckAnswer> {
  const payload = { account, checkSecret };
  const answer = await functions
    .invoke<SecretCheckAnswer>("renew-tokens", realm, payload)
    .catch((error: unknown) => {
      throw isOfOtherFunction(error) ? notTheRightFunction() : error;
    });
  if (typeof answer?.secret === "string") return answer;
  // A function of an earlier release takes any payload for a tick of its schedule.
  const detail = "The deployed function cannot check secrets. Deploy this release first.";
  throw cliFailure("function-failed", "The deployment is older than this command", detail);
}

function notTheRightFunction(): CommandFailure {
  const detail = "Name the realm's renew-tokens: --function …-renew.";
  return cliFailure("no-function", "The named function checks no secrets", detail);
}

/** Another function takes the member for a mistake of its caller. */
function isOfOtherFunction(error: unknown): boolean {
  if (!(error instanceof CommandFailure)) return false;
  const { code, detail = "" } = error.problem;
  return code === "invalid-request" && detail.startsWith("checkSecret:");
}

const visibilityAttempts = 4;
const visibilityPauseMs = 1000;

/** What may be over in a moment: Secrets Manager shows a new version with a short delay. */
const passing: ReadonlySet<string> = new Set(["unknown-connection", "secret-unavailable"]);

/** Has the function try a version, once it can read it. */
export async function tryVersion(
  { functions, terminal }: SecretContext,
  target: SecretTarget,
  version: string,
): Promise<SecretCheckAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await checkByFunction(functions, target, { version, try: true });
    const isPassing = answer.unusable !== null && passing.has(answer.unusable.code);
    if (!isPassing || attempt === visibilityAttempts) return answer;
    await terminal.sleep(visibilityPauseMs);
  }
}

/** The secret's stages. A secret that the stack does not make is created. */
export async function stagesOrNew(
  { store, terminal }: SecretContext,
  { secret }: SecretCheckAnswer,
): Promise<SecretStages> {
  const stages = await store.stagesOf(secret);
  if (stages) return stages;
  await store.create(secret, `${secret.slice(0, secret.lastIndexOf("/"))}/default`);
  terminal.notice(`${secret} did not exist, and is created.`);
  return { current: null, pending: null, previous: null };
}
