import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { TokenRecord } from "../../model/token-record.ts";
import { isLeaseAlive } from "../decision/decide.ts";

/**
 * Makes sure that this connection is the only one to issue in a revocation scope, and answers the scope's hash. A claim
 * whose owner issues in another scope by now has lapsed. Fails with `scope-conflict`.
 */
export async function claimRevocationScope(
  deps: Dependencies,
  record: TokenRecord,
  revocationScope: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const scope = revocationScope && deps.fingerprint(revocationScope);
  if (!scope || scope === record.revocationScope) return scope;
  const { connection } = record;
  const owner = await deps.store.claimRevocationScope(connection, scope, null, signal);
  if (owner === connection) return scope;
  const ownerRecord = await deps.store.read(owner, signal);
  if (!hasLapsed(ownerRecord, scope, deps.clock.now())) throw conflict(owner);
  const newOwner = await deps.store.claimRevocationScope(connection, scope, owner, signal);
  if (newOwner !== connection) throw conflict(newOwner);
  return scope;
}

function hasLapsed(owner: TokenRecord | null, scope: string, now: Date): boolean {
  return owner === null || (owner.revocationScope !== scope && !isLeaseAlive(owner, now));
}

function conflict(owner: string): VendingError {
  const detail = `${owner} already issues for the same platform key or client id, and each new token revokes the other's. Vend from ${owner}, or give this connection credentials of its own.`;
  return new VendingError("scope-conflict", detail);
}
