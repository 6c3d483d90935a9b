import type { Connection } from "../model/connection.ts";
import type { Credential } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { isStaticKey, secretAccount } from "../model/provider.ts";
import type { RenewalReason, StoredToken, TokenRecord } from "../model/token-record.ts";
import type { Decision, VendConstraints } from "./decision/decide.ts";
import { decide } from "./decision/decide.ts";

/** One process reads a refused secret again no more often than this. */
const refusedSecretMaxAgeMs = 1000;

/** How far a request has come: the record as last read, what is still demanded, and whether it has caused a renewal. */
export interface Progress {
  readonly record: TokenRecord | null;
  readonly constraints: VendConstraints;
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
  /** The secret has changed since its credentials were refused. */
  readonly hasNewSecret: boolean;
}

type Step =
  | VendStep
  | RenewStep
  | Extract<Decision, { action: "refuse" | "await-renewal" | "await-handover" }>;

/** The decision, completed by what it depends on: whether the secret has changed, and whether the token opens. */
export async function nextStep(
  deps: Dependencies,
  connection: Connection,
  progress: Progress,
  signal: AbortSignal,
): Promise<Step> {
  const decision = await decideWithSecret(deps, connection, progress, signal);
  const { record } = progress;
  if (decision.action !== "vend" || !record) return decision as Exclude<Step, VendStep>;
  const { token } = decision;
  const credential = await openCredential(deps, record, token, signal);
  if (credential) return { action: "vend", credential, renewAt: token.renewAt };
  return nextStep(deps, connection, withoutToken(deps, progress, record), signal);
}

type ResolvedDecision = Exclude<Decision, { action: "check-secret" | "renew" }> | RenewStep;

/** The pure decision, and whether the secret has changed where the decision depends on that. */
export async function decideWithSecret(
  deps: Dependencies,
  connection: Connection,
  { record, constraints, hasRenewed }: Progress,
  signal: AbortSignal,
): Promise<ResolvedDecision> {
  const decideNow = () => decide(record, deps.provider.policy, constraints, deps.clock.now());
  let decision = decideNow();
  if (decision.action === "check-secret") {
    const { refusedVersion, reason } = decision;
    const maxAgeMs = hasRenewed ? 0 : refusedSecretMaxAgeMs;
    if (await hasSecretChanged(deps, connection, refusedVersion, maxAgeMs, signal)) {
      return { action: "renew", reason, hasNewSecret: true };
    }
    // Reading the secret took time: the token may have expired meanwhile.
    decision = decideNow();
  }
  if (decision.action === "check-secret") return decision.otherwise;
  return decision.action === "renew" ? { ...decision, hasNewSecret: false } : decision;
}

async function hasSecretChanged(
  deps: Dependencies,
  connection: Connection,
  refusedVersion: string,
  maxAgeMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  // If the secret cannot be read, the recorded refusal stands.
  const secret = await deps.secrets
    .read(secretAccount(deps, connection), maxAgeMs, signal)
    .catch(() => null);
  return secret !== null && secret.version !== refusedVersion;
}

/** Null when the token does not open: it was sealed under another key, and is lost. */
async function openCredential(
  { sealer, log, provider }: Dependencies,
  { connection, version }: TokenRecord,
  stored: StoredToken,
  signal: AbortSignal,
): Promise<Credential | null> {
  const { fingerprint, issuedAt, usableUntil, expiresAt } = stored;
  const token = await sealer.open(stored.sealed, { connection, version, kind: "token" }, signal);
  if (!token) {
    log.error("token-unreadable", { connection, version, fingerprint });
    return null;
  }
  const { presentation } = provider;
  const vended = { connection, version, token, presentation, fingerprint };
  return { ...vended, issuedAt, usableUntil, expiresAt };
}

/**
 * Treats a token that does not open as rejected: lease, back-off and circuit breaker then apply, so that two sealing keys
 * in use at once do no harm. A static key is merely sealed again.
 */
function withoutToken(deps: Dependencies, progress: Progress, record: TokenRecord): Progress {
  if (isStaticKey(deps.provider.policy)) {
    return { ...progress, record: { ...record, suspect: true } };
  }
  return {
    ...progress,
    constraints: { ...progress.constraints, rejectedVersion: record.version },
  };
}
