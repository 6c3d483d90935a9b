import type { Connection } from "../model/connection.ts";
import type { Credential } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { RenewalReason, TokenRecord } from "../model/token-record.ts";
import type { Call } from "../model/deadline.ts";
import type { Decision, Wish } from "./decision/decide.ts";
import { decide } from "./decision/decide.ts";
import { openCredential } from "./open-credential.ts";
import { secretAccount } from "./secret-account.ts";

/** A refused secret is looked at again no more often than this, by one process. */
const refusedSecretMaxAgeMs = 1000;

/** How far a request has come: what the record said last, what is still wished for, whether it has caused a renewal. */
export interface Progress {
  readonly record: TokenRecord | null;
  readonly wish: Wish;
  readonly hasRenewed: boolean;
}

export interface VendStep {
  readonly action: "vend";
  readonly credential: Credential;
  readonly renewAt: Date;
}

export interface RenewStep {
  readonly action: "renew";
  readonly reason: RenewalReason;
  /** The credentials that were refused are not the secret's any more. */
  readonly hasNewSecret: boolean;
}

type Step =
  | VendStep
  | RenewStep
  | Extract<Decision, { action: "refuse" | "await-renewal" | "await-handover" }>;

/** The decision, with what it cannot know looked up: whether the secret has changed, whether the token opens. */
export async function nextStep(
  deps: Dependencies,
  connection: Connection,
  progress: Progress,
  call: Call,
): Promise<Step> {
  const decision = await decideKnowingSecret(deps, connection, progress, call);
  const { record } = progress;
  if (decision.action !== "vend" || !record) return decision as Exclude<Step, VendStep>;
  const { token } = decision;
  const credential = await openCredential(deps, connection, record.version, token, call.signal);
  if (credential) return { action: "vend", credential, renewAt: token.renewAt };
  return nextStep(deps, connection, withoutToken(deps, progress, record), call);
}

type KnowingDecision = Exclude<Decision, { action: "check-secret" | "renew" }> | RenewStep;

/** The pure decision, and whether the secret has changed where that decides. */
export async function decideKnowingSecret(
  deps: Dependencies,
  connection: Connection,
  { record, wish, hasRenewed }: Progress,
  call: Call,
): Promise<KnowingDecision> {
  const decideNow = () => decide(record, deps.provider.policy, wish, deps.clock.now());
  let decision = decideNow();
  if (decision.action === "check-secret") {
    const { refusedVersion, reason } = decision;
    const maxAgeMs = hasRenewed ? 0 : refusedSecretMaxAgeMs;
    if (await hasSecretChanged(deps, connection, refusedVersion, maxAgeMs, call)) {
      return { action: "renew", reason, hasNewSecret: true };
    }
    // Looking has taken time: what was usable before may not be any more.
    decision = decideNow();
  }
  if (decision.action === "check-secret") return decision.otherwise;
  return decision.action === "renew" ? { ...decision, hasNewSecret: false } : decision;
}

/**
 * A token sealed under another key is as good as rejected: leases, back-off and the breaker against a revoke war hold,
 * so that two keys in use at once do no harm. A static key is merely sealed anew.
 */
function withoutToken(deps: Dependencies, progress: Progress, record: TokenRecord): Progress {
  if (deps.provider.policy.renewal === "on-rotation") {
    return { ...progress, record: { ...record, suspect: true } };
  }
  return { ...progress, wish: { ...progress.wish, rejectedVersion: record.version } };
}

async function hasSecretChanged(
  deps: Dependencies,
  connection: Connection,
  refusedVersion: string,
  maxAgeMs: number,
  { signal }: Call,
): Promise<boolean> {
  // Where the secret cannot be read, what was known of it still holds.
  const secret = await deps.secrets
    .read(secretAccount(deps, connection), maxAgeMs, signal)
    .catch(() => null);
  return secret !== null && secret.version !== refusedVersion;
}
