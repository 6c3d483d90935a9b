import type { Connection } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { awaitRenewal } from "./await-renewal.ts";
import type { Call } from "../model/deadline.ts";
import { leaseWait } from "./lease-wait.ts";
import type { Memory } from "./credential-cache.ts";
import type { Progress, RenewStep, VendStep } from "./next-step.ts";
import { nextStep } from "./next-step.ts";
import { oneRenewalIsEnough, refusal } from "./refusal.ts";
import { renewConnection } from "./issuing/renew-connection.ts";

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

  const waiting = leaseWait(deps);
  const found = findUsable(deps, connection, request, call, waiting);
  const { credential, renewAt } = await found.finally(waiting.end);
  memory.remember(credential, renewAt, deps.clock.now());
  return credential;
}

async function findUsable(
  deps: Dependencies,
  connection: Connection,
  request: VendRequest,
  call: Call,
  waiting: ReturnType<typeof leaseWait>,
): Promise<VendStep> {
  const record = await deps.store.read(connection, call.signal);
  refuseFutureVersion(request, record);
  let progress: Progress = { record, wish: request, hasRenewed: false };
  for (;;) {
    const step = await nextStep(deps, connection, progress, call);
    switch (step.action) {
      case "vend":
        return step;
      case "refuse":
        throw refusal(step, connection, progress.record, deps.clock.now());
      case "renew":
        progress = await renew(deps, connection, progress, step, call);
        break;
      default:
        progress = {
          ...progress,
          record: await waiting.during(step.action, () =>
            awaitRenewal(deps, connection, progress.record, step, call),
          ),
        };
    }
  }
}

/** A request causes one renewal, and a second one only where the first taught that the secret has changed. */
async function renew(
  deps: Dependencies,
  connection: Connection,
  { record: seen, wish, hasRenewed }: Progress,
  { reason, hasNewSecret }: RenewStep,
  call: Call,
): Promise<Progress> {
  if (hasRenewed && !hasNewSecret) throw oneRenewalIsEnough();
  const { outcome, record } = await renewConnection(deps, connection, seen, reason, call);
  if (outcome === "lost") return { record, wish, hasRenewed };
  // What the provider has just issued or confirmed answers the rejection, be it the same token again.
  const answered = outcome === "committed" ? { ...wish, rejectedVersion: null } : wish;
  return { record, wish: answered, hasRenewed: true };
}

function refuseFutureVersion({ rejectedVersion }: VendRequest, record: TokenRecord | null): void {
  const current = record?.version ?? 0;
  if (rejectedVersion === null || rejectedVersion <= current) return;
  const detail = `rejectedVersion: ${rejectedVersion} does not exist yet; the current version is ${current}.`;
  throw new VendingError("invalid-request", detail);
}
