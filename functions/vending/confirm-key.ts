import { plusMs } from "../model/clock.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { HeldLease } from "../model/token-store.ts";
import { warnOfKeyExpiry } from "./issuing/expiry-warnings.ts";
import type { Renewal } from "./renewal.ts";
import { overtaken } from "./renewal.ts";
import { untilLeaseEnds } from "./issuing/retry-until-lease-end.ts";

/** Keeps a static key that is still the secret's value until the next look. */
export async function confirmKey(
  deps: Dependencies,
  held: HeldLease,
  signal: AbortSignal,
): Promise<Renewal> {
  const { record, lease } = held;
  const { policy } = deps.provider;
  if (!record.token || policy.renewal !== "on-rotation") {
    throw new VendingError("internal", "Only a held static key can be confirmed.");
  }
  const now = deps.clock.now();
  const lastLookAt = plusMs(record.token.renewAt, -policy.recheckMs);
  warnOfKeyExpiry(deps, record.connection, record.token, lastLookAt, now);
  const renewAt = plusMs(now, policy.recheckMs);
  const commit = { ...record, token: { ...record.token, fence: record.fence, renewAt } };
  const stored = await untilLeaseEnds(deps, lease, signal, (until) =>
    deps.store.commit(held, commit, until),
  );
  if (stored) return { outcome: "committed", record: stored };
  return overtaken(await deps.store.read(record.connection, signal));
}
