import { stopwatch } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Wait } from "./await-renewal.ts";
import { awaitRenewal, waitTooLong } from "./await-renewal.ts";
import type { CredentialCache } from "./credential-cache.ts";
import type { Progress, RenewStep, VendStep } from "./next-step.ts";
import { nextStep } from "./next-step.ts";
import { refusal, secondRenewalRefused } from "./refusal.ts";

/**
 * Returns a usable credential by the cheapest safe path: the stored token, another process's renewal, our own renewal.
 * Keeps it in the cache, in which the caller has looked before. Fails with a `VendingError`.
 */
export async function vendToken(
  deps: Dependencies,
  cache: CredentialCache,
  request: VendRequest,
  deadline: Deadline,
): Promise<Credential> {
  const connection = connectionOf(deps.realm, request.account);
  const timer = leaseWaitTimer(deps, connection);
  const foundInMs = stopwatch(deps.clock);
  const found = findUsable(deps, connection, request, deadline, timer);
  const { credential, renewAt } = await found.finally(timer.end);
  cache.set(credential, renewAt, foundInMs());
  return credential;
}

async function findUsable(
  deps: Dependencies,
  connection: Connection,
  request: VendRequest,
  deadline: Deadline,
  timer: ReturnType<typeof leaseWaitTimer>,
): Promise<VendStep> {
  const record = await deps.store.read(connection, deadline.signal);
  refuseFutureVersion(request, record);
  let progress: Progress = { record, constraints: request, renewed: null };
  for (;;) {
    const step = await nextStep(deps, connection, progress, deadline.signal);
    switch (step.action) {
      case "vend":
        return step;
      case "refuse":
        if (step.reason === "key-unchanged") deps.metrics.record("KeyRejections", 1);
        throw refusal(step, connection, progress.record, deps.clock.now());
      case "renew":
        progress = await renew(deps, connection, progress, step, deadline);
        break;
      default: {
        const tooLong = waitTooLong(step, progress.record, deps.clock.now());
        if (tooLong) throw tooLong;
        progress = {
          ...progress,
          record: await timer.during(step.action, () =>
            awaitRenewal(deps, connection, progress.record, step, deadline),
          ),
        };
      }
    }
  }
}

/** A request causes one renewal, and a second one only if the secret has changed since the first. */
async function renew(
  deps: Dependencies,
  connection: Connection,
  { record: seen, constraints, renewed }: Progress,
  { reason, newSecretVersion }: RenewStep,
  deadline: Deadline,
): Promise<Progress> {
  const isRepeated = newSecretVersion === null || newSecretVersion === renewed?.secretVersion;
  if (renewed && isRepeated) throw secondRenewalRefused();
  // Loaded on first use: most cold starts find a usable token.
  const { renewConnection } = await import("./issuing/renew-connection.ts");
  const renewal = await renewConnection(deps, connection, seen, reason, deadline);
  const { outcome, record, secretVersion } = renewal;
  if (outcome === "lost") return { record, constraints, renewed };
  // A commit settles the rejection, even if the provider answered the same token again.
  const isSettled = outcome === "committed";
  return {
    record,
    constraints: isSettled ? { ...constraints, rejectedVersion: null } : constraints,
    // A key that was confirmed from its secret, and then does not open, may be sealed again by the same request.
    renewed: outcome === "kept" ? renewed : { secretVersion },
  };
}

function refuseFutureVersion({ rejectedVersion }: VendRequest, record: TokenRecord | null): void {
  const current = record?.version ?? 0;
  if (rejectedVersion === null || rejectedVersion <= current) return;
  const detail = `rejectedVersion: ${rejectedVersion} does not exist yet; the current version is ${current}.`;
  throw new VendingError("invalid-request", detail);
}

/** Adds up how long one caller waits for other processes' renewals, without waits for a handover. */
function leaseWaitTimer({ clock, log, metrics }: Dependencies, connection: Connection) {
  let waitedMs = 0;
  return {
    async during<T>(action: Wait["action"], wait: () => Promise<T>): Promise<T> {
      // Not by the clock, which AWS's answers may correct meanwhile.
      const msLeft = clock.countdown(0);
      try {
        return await wait();
      } finally {
        if (action === "await-renewal") waitedMs -= msLeft();
      }
    },
    /** Records and logs the sum. To be called when the caller gets its answer, a credential or a problem. */
    end(): void {
      if (waitedMs <= 0) return;
      metrics.record("LeaseWaitMs", waitedMs);
      log.info("waited", { connection, waitedMs: Math.round(waitedMs) });
    },
  };
}
