import { connectionOf } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Call } from "../vending/call.ts";
import { issueByConsent } from "../vending/issue-by-consent.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

/** A person has copied a code from the provider's own pages and given it to an operator. Fails with a `VendingError`. */
export async function completePastedCode(
  deps: ConsentDependencies,
  account: string,
  code: Sensitive,
  call: Call,
): Promise<TokenRecord> {
  const { hasCodesToCopy } = await deps.flow();
  if (!hasCodesToCopy) {
    const detail = "code: this provider shows none to copy; begin a consent instead.";
    throw new VendingError("invalid-request", detail);
  }
  const connection = connectionOf(deps.realm, account);
  const record = await issueByConsent(
    deps,
    connection,
    { kind: "code", code, journey: null },
    call,
  );
  deps.log.info("consent-granted", { connection, version: record.version });
  return record;
}
