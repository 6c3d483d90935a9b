import type { Connection } from "../model/connection.ts";
import { secretAccount } from "../model/connection.ts";
import type { CodeCredential } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { VendingError } from "../model/errors.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { consentEndsAt } from "../model/token-record.ts";
import { awaitFreeLease } from "../vending/await-renewal.ts";
import { renewConnection } from "../vending/issuing/renew-connection.ts";
import { refuseOwner } from "./refuse-owner.ts";

/**
 * Redeems a new consent's authorization code under the connection's lease, and stores consent and first token in one
 * write. This replaces an earlier consent; if the provider refuses the code, the earlier consent stays. The code is sent
 * a second time only if the provider refused the client's credentials, which it checks first, and the secret has been
 * rotated. Fails with a `VendingError`.
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
    const renewal = await renewConnection(deps, connection, record, "consent", deadline, {
      code,
      refuse: (...issued) => refuseOwner(deps, code.asked ?? {}, ...issued),
    });
    record = renewal.record;
    if (renewal.outcome === "failed") {
      if (isRotated || !(await isRotationMissed(deps, connection, renewal.problem, deadline))) {
        throw renewal.problem;
      }
      isRotated = true;
    } else if (renewal.outcome !== "lost") return renewal.record;
  }
}

/** Whether the provider refused the credentials only because this process had an outdated secret. */
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

/** Log fields of a consent that was stored. Its text was compared with every secret of the exchange. */
export function grantedFields(record: TokenRecord): Readonly<Record<string, unknown>> {
  const { version, consent } = record;
  const { subject = null, customer = null, grantedScope = null, details } = consent ?? {};
  return { version, subject, customer, grantedScope, endsAt: consentEndsAt(record), ...details };
}
