import type { Connection } from "../model/connection.ts";
import type { CodeAuthority } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { awaitRenewal } from "./await-renewal.ts";
import type { Call } from "./call.ts";
import { isLeaseAlive } from "./decide.ts";
import { renewConnection } from "./renew-connection.ts";

/**
 * Exchanges the code that a person's consent gave, under the connection's lease, and stores grant and first token in one
 * write. An older consent is replaced, or, where the provider refuses the code, left as it is. Fails with a
 * `VendingError`; the code is never sent twice.
 */
export async function issueByConsent(
  deps: Dependencies,
  connection: Connection,
  code: CodeAuthority,
  call: Call,
): Promise<TokenRecord> {
  let record = await deps.store.read(connection, call.signal);
  for (;;) {
    record = await untilFree(deps, connection, record, call);
    const renewal = await renewConnection(deps, connection, record, "consent", call, code);
    switch (renewal.outcome) {
      case "committed":
        return renewal.record;
      case "failed":
        throw renewal.problem;
      case "lost":
        record = renewal.record;
    }
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
