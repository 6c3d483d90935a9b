import { secretAccount } from "../model/connection.ts";
import type { ConsentResult, RevocableToken } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { describeError, VendingError } from "../model/errors.ts";
import type { Issued } from "../model/provider.ts";
import type { StoredConsent } from "../model/token-record.ts";
import { ledgerAfter } from "../model/token-record.ts";
import type { HeldLease } from "../model/token-store.ts";
import type { Renewal } from "../vending/issuing/lease.ts";
import { retryUntilLeaseEnd } from "../vending/issuing/lease.ts";
import { ledgerEntry } from "../vending/issuing/report-issue.ts";
import type { RenewalAttempt } from "../vending/issuing/request-token.ts";

/** In what a new consent's owner differs from that of the stored one. */
type OwnerDifference = "person" | "customer";

/** A new consent is another person's than the stored one, or is about another customer's data: it was not stored. */
export class OtherOwner extends VendingError {
  constructor(difference: OwnerDifference) {
    super(
      "consent-required",
      `This consent is of another ${difference} than the stored one, which stays. If that is intended, end the stored consent first (npm run vend -- disconnect), then ask again.`,
    );
  }
}

/**
 * Refuses the token of a consent of another person, or for another customer's data, than the stored consent: callers would
 * go on with somebody else's accounts. What either answer does not state is no difference. Ends the lease without storing
 * the token, which the ledger names, and has the provider revoke it if it can. The stored consent stays as it is. Null if
 * there is nothing to refuse.
 */
export async function refuseOwner(
  deps: Dependencies,
  held: HeldLease,
  { latencyMs, revocationScope }: RenewalAttempt,
  issued: Issued,
  signal: AbortSignal,
): Promise<Renewal | null> {
  const { record, lease } = held;
  const difference = ownerDifference(deps, record.consent, issued.consent);
  if (!difference) return null;
  const { connection, version } = record;
  const entry = ledgerEntry(held, deps.clock.now(), latencyMs, {
    fingerprint: deps.fingerprint(issued.token.expose()),
    outcome: "other-owner",
    version,
  });
  deps.log.warn("consent-not-replaced", { connection, ...entry, difference });
  const stored = await retryUntilLeaseEnd(deps, lease, signal, (storing) =>
    deps.store.fail(
      held,
      ({ doubtedAt, ledger }) => ({
        failure: null,
        doubtedAt,
        isConsentOver: false,
        isTokenDead: false,
        revocationScope,
        ledger: ledgerAfter(ledger, entry),
      }),
      storing,
    ),
  );
  if (!isSamePerson(deps, record.consent, issued.consent)) {
    await revokeUnstored(deps, held, issued, signal);
  }
  return {
    outcome: "failed",
    record: stored ?? (await deps.store.read(connection, signal)),
    problem: new OtherOwner(difference),
  };
}

function ownerDifference(
  deps: Dependencies,
  before: StoredConsent | null,
  now: ConsentResult | null,
): OwnerDifference | null {
  if (!before || !now) return null;
  if (isOther(before.subject, subjectOf(deps, now))) return "person";
  return isOther(before.customer, now.customer) ? "customer" : null;
}

function isOther(before: string | null, now: string | null): boolean {
  return before !== null && now !== null && before !== now;
}

/** A provider may end all that a person has granted by one token (RFC 7009 §2.1): the stored consent too. */
function isSamePerson(
  deps: Dependencies,
  before: StoredConsent | null,
  now: ConsentResult | null,
): boolean {
  return before?.subject != null && now !== null && before.subject === subjectOf(deps, now);
}

function subjectOf(deps: Dependencies, { subject }: ConsentResult): string | null {
  return subject && deps.fingerprint(subject);
}

/** Never fails: nobody can use what was not stored. */
async function revokeUnstored(
  deps: Dependencies,
  { record: { connection } }: HeldLease,
  { token, consent }: Issued,
  parent: AbortSignal,
): Promise<void> {
  const refreshToken = consent?.refreshToken;
  const revocable: RevocableToken = refreshToken
    ? { kind: "refresh-token", token: refreshToken }
    : { kind: "access-token", token };
  const signal = deps.clock.timeout(deps.limits.deadlineMs, parent);
  try {
    const account = secretAccount(deps, connection);
    const secret = await deps.secrets.read(account, Number.POSITIVE_INFINITY, signal);
    const flow = await deps.provider.consent?.();
    const revocation = (await flow?.revoke(secret.text, revocable, signal)) ?? null;
    deps.log.info("unstored-consent-revoked", {
      connection,
      revoked: revocation?.isRevoked ?? null,
      ...(revocation && { answer: revocation.answer }),
    });
  } catch (error) {
    deps.log.warn("consent-not-revoked", { connection, ...describeError(error) });
  }
}
