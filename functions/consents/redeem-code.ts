import type { Connection } from "../model/connection.ts";
import type { CodeCredential } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { VendingError } from "../model/errors.ts";
import { secretAccount } from "../model/provider.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { awaitRenewal } from "../vending/await-renewal.ts";
import { isLeaseAlive } from "../vending/decision/usable-token.ts";
import { renewConnection } from "../vending/issuing/renew-connection.ts";

/**
 * Redeems the authorization code of a new consent under the connection's lease, and stores consent and first token in
 * one write. This replaces an older consent; if the provider refuses the code, the older consent stays. The code is sent
 * once, and a second time only if the provider refused our client's credentials, which it checks first, and the secret
 * turns out to have been rotated. Fails with a `VendingError`.
 */
export async function redeemCode(
  deps: Dependencies,
  connection: Connection,
  code: CodeCredential,
  deadline: Deadline,
): Promise<TokenRecord> {
  let record = await deps.store.read(connection, deadline.signal);
  let isRotated = false;
  for (;;) {
    record = await awaitFreeLease(deps, connection, record, deadline);
    const renewal = await renewConnection(deps, connection, record, "consent", deadline, code);
    switch (renewal.outcome) {
      case "committed":
      case "kept":
        return renewal.record;
      case "failed":
        if (isRotated || !(await isRotationMissed(deps, connection, renewal.problem, deadline))) {
          throw renewal.problem;
        }
        isRotated = true;
        record = renewal.record;
        break;
      case "lost":
        record = renewal.record;
    }
  }
}

/** Whether the credentials were refused only because this process had not yet seen the secret's new version. */
async function isRotationMissed(
  deps: Dependencies,
  connection: Connection,
  { code }: VendingError,
  { signal }: Deadline,
): Promise<boolean> {
  if (code !== "credentials-rejected") return false;
  const account = secretAccount(deps, connection);
  const read = (maxAgeMs: number) => deps.secrets.read(account, maxAgeMs, signal);
  try {
    const refused = await read(Number.POSITIVE_INFINITY);
    const current = await read(0);
    return current.version !== refused.version;
  } catch {
    return false;
  }
}

/** The record once no process holds its lease. Fails with `renewal-in-progress` when the deadline comes first. */
export async function awaitFreeLease(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  deadline: Deadline,
): Promise<TokenRecord | null> {
  let record = seen;
  while (record?.lease && isLeaseAlive(record, deps.clock.now())) {
    const wait = { action: "await-renewal", reason: "lease-held", lease: record.lease } as const;
    record = await awaitRenewal(deps, connection, record, wait, deadline);
  }
  return record;
}
