import { secretAccount } from "../model/connection.ts";
import type { ConsentResult, NamedOwner, RevocableToken } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { describeError, VendingError } from "../model/errors.ts";
import type { Issued } from "../model/provider.ts";
import type { StoredConsent, TokenRecord } from "../model/token-record.ts";
import { ledgerAfter } from "../model/token-record.ts";
import type { HeldLease } from "../model/token-store.ts";
import type { Renewal } from "../vending/issuing/lease.ts";
import { retryUntilLeaseEnd } from "../vending/issuing/lease.ts";
import { ledgerEntry } from "../vending/issuing/report-issue.ts";
import type { RenewalAttempt } from "../vending/issuing/request-token.ts";
import { isEmailAddress } from "./begin-consent.ts";

/** In what a new consent's owner differs, from whom was named when it was asked for or from that of the stored one. */
interface OwnerDifference {
  readonly kind: "not-the-named" | "other-owner";
  readonly in: "person" | "customer";
}

/** A new consent is not of the person, or for the data of the customer, that was expected: it was not stored. */
export class OtherOwner extends VendingError {
  readonly kind: OwnerDifference["kind"];

  constructor({ kind, in: member }: OwnerDifference) {
    super("consent-required", advice[kind](member));
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
  const difference = fromNamed(asked, consent) ?? fromStored(deps, asked, record.consent, consent);
  if (!difference) return null;
  const { connection, version } = record;
  const entry = ledgerEntry(held, deps.clock.now(), latencyMs, {
    fingerprint: deps.fingerprint(issued.token.expose()),
    outcome: "other-owner",
    version,
  });
  deps.log.warn("consent-not-replaced", {
    connection,
    ...entry,
    difference: difference.in,
    kind: difference.kind,
  });
  const refusal = ({ doubtedAt, ledger }: TokenRecord) => ({
    ...{ failure: null, doubtedAt, isConsentOver: false, isTokenDead: false, revocationScope },
    ledger: ledgerAfter(ledger, entry),
  });
  let stored: TokenRecord | null;
  try {
    stored = await retryUntilLeaseEnd(deps, lease, signal, (storing) =>
      deps.store.fail(held, refusal, storing),
    );
  } finally {
    if (isOfNobodyStored(deps, record.consent, consent)) {
      await revokeUnstored(deps, held, issued, signal);
    }
  }
  return {
    outcome: "failed",
    record: stored ?? (await deps.store.read(connection, signal)),
    problem: new OtherOwner(difference),
  };
}

/** Whoever is named has to be stated. */
function fromNamed(
  { person, customer }: NamedOwner,
  consent: ConsentResult,
): OwnerDifference | null {
  if (person !== undefined && !isStated(person, consent))
    return { kind: "not-the-named", in: "person" };
  const isOtherCustomer = customer !== undefined && customer !== consent.customer;
  return isOtherCustomer ? { kind: "not-the-named", in: "customer" } : null;
}

/** Some providers let people choose an identifier that looks like somebody's address: one is not taken for the other. */
function isStated(person: string, { subject, verifiedEmail }: ConsentResult): boolean {
  if (!isEmailAddress(person)) return person === subject;
  return verifiedEmail !== undefined && inLowerCase(person) === inLowerCase(verifiedEmail);
}

/** Of ASCII only: other letters have lower cases that look like somebody else's. */
function inLowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** What was not stated before is no difference; what is not stated any more is one. */
function fromStored(
  deps: Dependencies,
  { mayReplace }: NamedOwner,
  before: StoredConsent | null,
  now: ConsentResult,
): OwnerDifference | null {
  if (!before || mayReplace) return null;
  const isOtherPerson = isOther(before.subject, subjectOf(deps, now));
  if (isOtherPerson) return { kind: "other-owner", in: "person" };
  const isOtherCustomer = isOther(before.customer, now.customer);
  return isOtherCustomer ? { kind: "other-owner", in: "customer" } : null;
}

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
    const told = { connection, revoked: revocation?.isRevoked ?? null, answer: revocation?.answer };
    if (revocation?.isRevoked) deps.log.info("unstored-consent-revoked", told);
    else deps.log.warn("consent-not-revoked", told);
  } catch (error) {
    deps.log.warn("consent-not-revoked", { connection, ...describeError(error) });
  }
}
