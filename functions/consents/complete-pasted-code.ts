import { plusMs } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { redeemCode } from "./redeem-code.ts";

/** For how long a code is remembered: no provider takes an older one. */
const codeMemoryMs = 86_400_000;

/** A person has copied a code from the provider's own pages and given it to an operator. Fails with a `VendingError`. */
export async function completePastedCode(
  deps: ConsentDependencies,
  account: string,
  code: Sensitive,
  deadline: Deadline,
): Promise<TokenRecord> {
  const { hasCodesToCopy } = await deps.flow();
  if (!hasCodesToCopy) {
    const detail = "code: this provider shows none to copy; begin a consent instead.";
    throw new VendingError("invalid-request", detail);
  }
  await claim(deps, code, deadline);
  const connection = connectionOf(deps.realm, account);
  const record = await redeemCode(
    deps,
    connection,
    { kind: "code", code, authorizationRequest: null },
    deadline,
  );
  deps.log.info("consent-granted", { connection, version: record.version });
  return record;
}

/** A provider that is shown a code twice may revoke what it gave for it the first time (RFC 6749 §4.1.2). */
async function claim(
  { browserSecrets, clock, newOwner, pendingConsents }: ConsentDependencies,
  code: Sensitive,
  { signal }: Deadline,
): Promise<void> {
  const until = plusMs(clock.now(), codeMemoryMs);
  const hash = browserSecrets.hash(code);
  if (await pendingConsents.claimCode(hash, newOwner(), until, signal)) return;
  throw new VendingError("invalid-request", "code: has been used already; copy a new one.");
}
