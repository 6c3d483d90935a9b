import type { Connection } from "../model/connection.ts";
import type { CodeAuthority } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { VendingError } from "../model/errors.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { awaitRenewal } from "../vending/await-renewal.ts";
import type { Call } from "../model/deadline.ts";
import { isLeaseAlive } from "../vending/decision/decide.ts";
import { renewConnection } from "../vending/issuing/renew-connection.ts";
import { secretAccount } from "../vending/secret-account.ts";

/**
 * Exchanges the code that a person's consent gave, under the connection's lease, and stores grant and first token in one
 * write. An older consent is replaced, or, where the provider refuses the code, left as it is. Fails with a
 * `VendingError`. The code is sent once; a second time only after a server has refused our own credentials, which it
 * looks at first, and the secret turns out to have been rotated.
 */
export async function issueByConsent(
  deps: Dependencies,
  connection: Connection,
  code: CodeAuthority,
  call: Call,
): Promise<TokenRecord> {
  let record = await deps.store.read(connection, call.signal);
  let isRotated = false;
  for (;;) {
    record = await untilFree(deps, connection, record, call);
    const renewal = await renewConnection(deps, connection, record, "consent", call, code);
    switch (renewal.outcome) {
      case "committed":
        return renewal.record;
      case "failed":
        if (isRotated || !(await isRotationMissed(deps, connection, renewal.problem, call))) {
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

/** Whether these credentials were refused because this process did not know of the secret's rotation yet. */
async function isRotationMissed(
  deps: Dependencies,
  connection: Connection,
  { code }: VendingError,
  { signal }: Call,
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

/** The record, once nobody is renewing. Fails with `renewal-in-progress` when that comes too late. */
export async function untilFree(
  deps: Dependencies,
  connection: Connection,
  seen: TokenRecord | null,
  call: Call,
): Promise<TokenRecord | null> {
  let record = seen;
  while (record?.lease && isLeaseAlive(record, deps.clock.now())) {
    const wait = { action: "await-renewal", reason: "lease-held", lease: record.lease } as const;
    record = await awaitRenewal(deps, connection, record, wait, call);
  }
  return record;
}
