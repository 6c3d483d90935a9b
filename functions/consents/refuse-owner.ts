import type { Connection } from "../model/connection.ts";
import type { ConsentResult, NamedOwner, RevocableToken } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { Issued } from "../model/provider.ts";
import type { StoredConsent, TokenRecord } from "../model/token-record.ts";
import { ledgerAfter } from "../model/token-record.ts";
import type { HeldLease } from "../model/token-store.ts";
import type { Renewal } from "../vending/issuing/lease.ts";
import { retryUntilLeaseEnd, storeOrRecordLate } from "../vending/issuing/lease.ts";
import { ledgerEntry } from "../vending/issuing/report-issue.ts";
import type { RenewalAttempt } from "../vending/issuing/request-token.ts";
import { differenceFromNamed } from "./named-owner.ts";
import { revocationFields, revokeToken } from "./revoke-token.ts";

/** In what a new consent's owner differs, from whom was named when it was asked for or from that of the stored one. */
interface OwnerDifference {
  readonly kind: "not-the-named" | "other-owner";
  readonly difference: "person" | "customer";
}

/** A new consent is not of the person, or for the data of the customer, that was expected: it was not stored. */
export class OtherOwner extends VendingError {
  readonly kind: OwnerDifference["kind"];

  constructor({ kind, difference }: OwnerDifference) {
    super("consent-required", advice[kind](difference));
    this.kind = kind;
  }
}

const advice: Readonly<Record<OwnerDifference["kind"], (member: string) => string>> = {
  "not-the-named": (member) =>
    `${member}: the provider names another one for this consent, or none that it has verified, so that it was not stored. Ask again, or name whom you expect as the provider does.`,
  "other-owner": (member) =>
    `This consent is of another ${member} than the stored one, which stays. If that is intended, ask again with replace (npm run vend -- consent … --replace).`,
};

/**
 * Refuses the token of a consent of another person, or for another customer's data, than was named when it was asked for or
 * than the stored consent: callers would go on with somebody else's accounts. Ends the lease without storing the token,
 * which the ledger names, and has the provider revoke it if it can and that cannot end the stored consent, which stays as it
 * is. Null if there is nothing to refuse.
 */
export async function refuseOwner(
  deps: Dependencies,
  asked: NamedOwner,
  held: HeldLease,
  { latencyMs, revocationScope }: RenewalAttempt,
  issued: Issued,
  signal: AbortSignal,
): Promise<Renewal | null> {
  const { record, lease } = held;
  const { consent } = issued;
  if (!consent) return null;
  const difference = differenceOf(deps, asked, record.consent, consent);
  if (!difference) return null;
  const { connection, version } = record;
  const entry = ledgerEntry(held, deps.clock.now(), latencyMs, {
    fingerprint: deps.fingerprint(issued.token.expose()),
    outcome: "other-owner",
    version,
  });
  const refusal = ({ doubtedAt, ledger }: TokenRecord) => ({
    ...{ failure: null, doubtedAt, isConsentOver: false, isTokenDead: false, revocationScope },
    ledger: ledgerAfter(ledger, entry),
  });
  deps.log.warn("consent-not-replaced", { connection, ...entry, ...difference });
  let stored: TokenRecord | null = null;
  try {
    stored = await storeOrRecordLate(deps, held, entry, issued, () =>
      retryUntilLeaseEnd(deps, lease, signal, (storing) => deps.store.fail(held, refusal, storing)),
    );
  } finally {
    await revokeUnstored(deps, connection, stored, { ...issued, consent }, signal);
  }
  return {
    outcome: "failed",
    record: stored ?? (await deps.store.read(connection, signal)),
    problem: new OtherOwner(difference),
  };
}

/** Has the provider revoke what was not stored, unless that may end the consent which is stored by now. */
async function revokeUnstored(
  deps: Dependencies,
  connection: Connection,
  known: TokenRecord | null,
  issued: Issued & { readonly consent: ConsentResult },
  signal: AbortSignal,
): Promise<void> {
  let current = known;
  try {
    current ??= await deps.store.read(connection, signal);
  } catch {
    // Whose consent is stored is not known, and this failure is told by whoever has made the write.
    return;
  }
  if (!isOfNobodyStored(deps, current?.consent ?? null, issued.consent)) return;
  const open = async () => revocableOf(issued);
  const revocation = await revokeToken(deps, connection, open, signal);
  deps.log.info("unstored-consent-revoked", { connection, ...revocationFields(revocation) });
}

function differenceOf(
  deps: Dependencies,
  asked: NamedOwner,
  before: StoredConsent | null,
  now: ConsentResult,
): OwnerDifference | null {
  const fromNamed = differenceFromNamed(asked, now);
  if (fromNamed) return { kind: "not-the-named", difference: fromNamed };
  if (!before || asked.mayReplace) return null;
  const isOtherPerson = isOther(before.subject, subjectOf(deps, now));
  if (isOtherPerson) return { kind: "other-owner", difference: "person" };
  const isOtherCustomer = isOther(before.customer, now.customer);
  return isOtherCustomer ? { kind: "other-owner", difference: "customer" } : null;
}

/** What was not stated before is no difference; what is not stated any more is one. */
function isOther(before: string | null, now: string | null): boolean {
  return before !== null && before !== now;
}

/** A provider may end all that a person has granted by one token (RFC 7009 §2.1): the stored consent too. */
function isOfNobodyStored(
  deps: Dependencies,
  before: StoredConsent | null,
  now: ConsentResult,
): boolean {
  if (!before) return true;
  const subject = subjectOf(deps, now);
  return before.subject !== null && subject !== null && before.subject !== subject;
}

function subjectOf(deps: Dependencies, { subject }: ConsentResult): string | null {
  return subject && deps.fingerprint(subject);
}

/** The refresh token, with which the provider ends the access token too (RFC 7009 §2.1), or else the access token. */
function revocableOf({ token, consent }: Issued): RevocableToken {
  const refreshToken = consent?.refreshToken;
  return refreshToken
    ? { kind: "refresh-token", token: refreshToken }
    : { kind: "access-token", token };
}
