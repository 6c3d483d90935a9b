import { plusMs } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import type { AskedConsent } from "../model/consent.ts";
import { VendingError } from "../model/errors.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { requireTold } from "./named-owner.ts";
import { grantedFields, redeemCode } from "./redeem-code.ts";
import { OtherOwner } from "./refuse-owner.ts";

/** How long a code counts as used: codes expire sooner at every provider. */
export const usedCodeMs = 86_400_000;

/** Redeems a code that a person has copied from the provider's pages and given to an operator. Fails with a `VendingError`. */
export async function completePastedCode(
  deps: ConsentDependencies,
  account: string,
  code: Sensitive,
  deadline: Deadline,
  asked: AskedConsent = {},
): Promise<TokenRecord> {
  const { hasCodesToCopy } = await deps.flow();
  if (!hasCodesToCopy) {
    const detail = "code: this provider shows no codes to copy; begin a consent instead.";
    throw new VendingError("invalid-request", detail);
  }
  await requireTold(deps, asked);
  await claimCode(deps, code, deadline);
  const connection = connectionOf(deps.realm, account);
  const credential = { kind: "code", code, authorizationRequest: null, asked } as const;
  const record = await redeemCode(deps, connection, credential, deadline).catch(refusedCode);
  deps.log.info("consent-granted", { connection, ...grantedFields(record) });
  return record;
}

/** The provider's refusal is about what the caller sent, and whatever was granted before stays as it is. */
function refusedCode(error: unknown): never {
  const isRefusal = error instanceof VendingError && error.code === "consent-required";
  if (!isRefusal || error instanceof OtherOwner) throw error;
  const detail = `code: ${error.message} Copy a new one; what was granted before stays as it is.`;
  throw new VendingError("invalid-request", detail);
}

/** Refuses a used code: a provider that receives a code twice may revoke the first token (RFC 6749 §4.1.2). */
async function claimCode(
  { browserSecrets, clock, newOwner, pendingConsents }: ConsentDependencies,
  code: Sensitive,
  { signal }: Deadline,
): Promise<void> {
  const until = plusMs(clock.now(), usedCodeMs);
  const hash = browserSecrets.hash(code);
  if (await pendingConsents.claimCode(hash, newOwner(), until, signal)) return;
  throw new VendingError("invalid-request", "code: has already been used; copy a new one.");
}
