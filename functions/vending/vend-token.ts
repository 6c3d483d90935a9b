import type { Connection } from "../model/connection.ts";
import { accountOf, connectionOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { RenewalReason, TokenRecord } from "../model/token-record.ts";
import { awaitRenewal } from "./await-renewal.ts";
import type { Call } from "./call.ts";
import type { Decision, Wish } from "./decide.ts";
import { decide } from "./decide.ts";
import type { Memory } from "./memory.ts";
import { openCredential } from "./open-credential.ts";
import { oneRenewalIsEnough, refusal } from "./refusal.ts";
import { renewConnection } from "./renew-connection.ts";

/** A refused secret is looked at again no more often than this, by one process. */
const refusedSecretMaxAgeMs = 1000;

/**
 * A credential that is usable now, by the cheapest path that is safe: this process's memory, the stored token, another
 * process's renewal, our own. Fails with a `VendingError`.
 */
export async function vendToken(
  deps: Dependencies,
  memory: Memory,
  request: VendRequest,
  call: Call,
): Promise<Credential> {
  const connection = connectionOf(deps.realm, request.account);
  const remembered = memory.recall(connection, request, deps.clock.now());
  if (remembered) return remembered;

  const { credential, renewAt } = await findUsable(deps, connection, request, call);
  memory.remember(credential, renewAt, deps.clock.now());
  return credential;
}

/** How far a request has come: what the record said last, what is still wished for, and the one renewal it may cause. */
interface Progress {
  readonly record: TokenRecord | null;
  readonly wish: Wish;
  readonly mayRenew: boolean;
}

async function findUsable(
  deps: Dependencies,
  connection: Connection,
  request: VendRequest,
  call: Call,
): Promise<Usable> {
  const record = await deps.store.read(connection, call.signal);
  refuseFutureVersion(request, record);
  let progress: Progress = { record, wish: request, mayRenew: true };
  for (;;) {
    const step = await nextStep(deps, connection, progress, call);
    switch (step.action) {
      case "vend":
        return step;
      case "refuse":
        throw refusal(step, progress.record, deps.clock.now());
      case "renew":
        progress = await renew(deps, connection, progress, step.reason, call);
        break;
      default:
        progress = {
          ...progress,
          record: await awaitRenewal(deps, connection, progress.record, step, call),
        };
    }
  }
}

interface Usable {
  readonly action: "vend";
  readonly credential: Credential;
  readonly renewAt: Date;
}

/** The pure decision, with what it cannot know looked up: whether the secret has changed, whether the token opens. */
async function nextStep(
  deps: Dependencies,
  connection: Connection,
  { record, wish }: Progress,
  call: Call,
): Promise<Exclude<Decision, { action: "vend" | "check-secret" }> | Usable> {
  const decision = await decideKnowingSecret(deps, connection, { record, wish }, call);
  if (decision.action !== "vend") return decision;
  const { token } = decision;
  const credential = await openCredential(deps, connection, record?.version ?? 0, token);
  if (!credential) return { action: "renew", reason: "takeover" };
  return { action: "vend", credential, renewAt: token.renewAt };
}

async function decideKnowingSecret(
  deps: Dependencies,
  connection: Connection,
  { record, wish }: Pick<Progress, "record" | "wish">,
  call: Call,
): Promise<Exclude<Decision, { action: "check-secret" }>> {
  const decideNow = () => decide(record, deps.provider.policy, wish, deps.clock.now());
  const decision = decideNow();
  if (decision.action !== "check-secret") return decision;
  const hasChanged = await hasSecretChanged(deps, connection, decision.refusedVersion, call);
  if (hasChanged) return { action: "renew", reason: decision.reason };
  // Looking has taken time: what was usable before may not be any more.
  const later = decideNow();
  return later.action === "check-secret" ? later.otherwise : later;
}

async function hasSecretChanged(
  deps: Dependencies,
  connection: Connection,
  refusedVersion: string,
  { signal }: Call,
): Promise<boolean> {
  const account = accountOf(connection);
  // Where the secret cannot be read, what was known of it still holds.
  const secret = await deps.secrets.read(account, refusedSecretMaxAgeMs, signal).catch(() => null);
  return secret !== null && secret.version !== refusedVersion;
}

async function renew(
  deps: Dependencies,
  connection: Connection,
  { record: seen, wish, mayRenew }: Progress,
  reason: RenewalReason,
  call: Call,
): Promise<Progress> {
  if (!mayRenew) throw oneRenewalIsEnough();
  const { outcome, record } = await renewConnection(deps, connection, seen, reason, call);
  if (outcome === "lost") return { record, wish, mayRenew };
  // What the provider has just issued or confirmed answers the rejection, be it the same token again.
  const answered = outcome === "committed" ? { ...wish, rejectedVersion: null } : wish;
  return { record, wish: answered, mayRenew: false };
}

function refuseFutureVersion({ rejectedVersion }: VendRequest, record: TokenRecord | null): void {
  const current = record?.version ?? 0;
  if (rejectedVersion === null || rejectedVersion <= current) return;
  const detail = `rejectedVersion: ${rejectedVersion} does not exist yet; the current version is ${current}.`;
  throw new VendingError("invalid-request", detail);
}
