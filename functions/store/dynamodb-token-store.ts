import type { Connection } from "../model/connection.ts";
import { realmName, realmOf } from "../model/connection.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { ledgerAfter } from "../model/token-record.ts";
import type {
  HeldLease,
  RevocationScopeClaim,
  StandingClaim,
  TokenStore,
} from "../model/token-store.ts";
import type { Attributes, Item } from "./attributes.ts";
import { count, instant, instantOr, optionalCount, optionalText, text } from "./attributes.ts";
import {
  claimRevision,
  freezeKey,
  neverSeen,
  revisionOf,
  unchangedSince,
  unclaimedOrOwnedOr,
} from "./conditional-write.ts";
import type { ItemTable } from "./item-table.ts";
import {
  consentAttributes,
  consentNames,
  doubtAttributes,
  dueNames,
  failureAttributes,
  leaseAttributes,
  leaseNames,
  ledgerAttributes,
  refreshNames,
  rejectionAttributes,
  tokenAttributes,
  tokenNames,
} from "./record-attributes.ts";
import type { RealmFreezeCache } from "./record-reader.ts";

/**
 * Records, claims and the realm's freeze in one DynamoDB table, one item each. `readRecord` parses an item; `freezes` keeps
 * what has been read of the one realm whose records are read.
 */
export function dynamoDbTokenStore(
  { read, readBoth, write }: ItemTable,
  readRecord: (item: Item) => TokenRecord,
  freezes: RealmFreezeCache,
): TokenStore {
  async function readWithFreeze(connection: Connection, signal: AbortSignal) {
    if (freezes.isFresh()) return read(connection, signal);
    const keep = freezes.beginReading();
    const [item, row] = await readBoth(connection, freezeKey(realmOf(connection)), signal);
    keep(row);
    return item;
  }

  /**
   * Ends a lease with an outcome that is computed from the current record. If the write is refused, either one that had
   * succeeded was repeated because its answer was lost, perhaps after somebody took the next lease; or another process has
   * written to the record under this lease, and the write is repeated.
   */
  async function endLease(
    held: HeldLease,
    outcomeOf: (current: TokenRecord) => { set: Attributes; remove: readonly string[] },
    signal: AbortSignal,
    current: TokenRecord = held.record,
  ): Promise<TokenRecord | null> {
    const { owner } = held.lease;
    if (current.lease?.owner !== owner) return null;
    const { set, remove } = outcomeOf(current);
    const change = {
      set: { ...set, revision: text(endOf(owner)) },
      remove: [...leaseNames, ...remove],
      ...unchangedSince(current.revision),
    };
    const { done, item } = await write(current.connection, change, signal);
    if (!item) return null;
    const record = readRecord(item);
    const isRepeated = item["revision"]?.S === endOf(owner) || record.token?.committedBy === owner;
    if (done || isRepeated) return record;
    return endLease(held, outcomeOf, signal, record);
  }

  /** Writes nothing if the record has changed since `seen`. A lease stays as it is. */
  async function writeBesideLease(
    seen: TokenRecord,
    set: Attributes,
    revision: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const change = { set: { ...set, revision: text(revision) }, ...unchangedSince(seen.revision) };
    const { done, item } = await write(seen.connection, change, signal);
    return done || item?.["revision"]?.S === revision;
  }

  async function claimRevocationScope(
    scopeHash: string,
    claim: RevocationScopeClaim,
    replace: Pick<StandingClaim, "revision"> | null,
    signal: AbortSignal,
  ): Promise<StandingClaim> {
    const change = {
      set: { scopeOwner: text(claim.owner), scopeUntil: instant(claim.until) },
      ...unclaimedOrOwnedOr(claim.owner, replace),
    };
    const { done, item } = await write(scopeKey(claim.owner, scopeHash), change, signal);
    if (done) return { ...claim, revision: revisionOf(item, claimRevision) };
    const owner = item?.["scopeOwner"]?.S as Connection | undefined;
    const revision = revisionOf(item ?? {}, claimRevision);
    // Nobody's: without an owner that could have written it, it is damaged.
    if (owner === undefined || realmOf(owner) !== realmOf(claim.owner)) {
      return claimRevocationScope(scopeHash, claim, { revision }, signal);
    }
    // Claims of releases before 0.2 have an owner only.
    return { owner, until: instantOr(item ?? {}, "scopeUntil", new Date(0)), revision };
  }

  return {
    async read(connection, signal) {
      const item = await readWithFreeze(connection, signal);
      return item && readRecord(item);
    },

    realmFreeze: freezes.latest,

    async readRealmFreeze(realm, signal) {
      if (freezes.isFresh()) return;
      const keep = freezes.beginReading();
      keep(await read(freezeKey(realmName(realm)), signal));
    },

    async takeLease(connection, seen, { lease, doubtedAt }, signal) {
      const set = {
        ...leaseAttributes(lease),
        ...doubtAttributes({ token: seen?.token ?? null, doubtedAt }),
        revision: text(lease.owner),
        // The key of the index `connections`. It never changes, so only the first lease writes to the index.
        realm: text(realmOf(connection)),
        fence: count((seen?.fence ?? 0) + 1),
        version: count(seen?.version ?? 0),
      };
      const condition = seen ? unchangedSince(seen.revision) : { onlyIf: neverSeen, given: {} };
      const { item } = await write(connection, { set, ...condition }, signal);
      const record = item && readRecord(item);
      const isGranted = item?.["leaseOwner"]?.S === lease.owner;
      return isGranted && record ? { held: { record, lease } } : { held: null, record };
    },

    async commit(held, commitOf, signal) {
      const { connection, fence } = held.record;
      return endLease(
        held,
        (current) => {
          const commit = commitOf(current);
          const { token, consent, failure, version, revocationScope, typicalRenewalMs } = commit;
          return {
            set: {
              ...tokenAttributes(connection, token, fence),
              ...(consent ? consentAttributes(consent) : {}),
              ...(failure ? failureAttributes(failure) : {}),
              ...doubtAttributes(commit),
              ...rejectionAttributes(commit),
              ...ledgerAttributes(commit.ledger),
              version: count(version),
              scope: optionalText(revocationScope),
              typicalIssueMs: optionalCount(typicalRenewalMs),
            },
            remove: failure ? [] : ["failure"],
          };
        },
        signal,
      );
    },

    async fail(held, failedOf, signal) {
      return endLease(
        held,
        (current) => {
          const failed = failedOf(current);
          const { failure, revocationScope, isConsentOver, isTokenDead } = failed;
          return {
            set: {
              ...(failure ? failureAttributes(failure) : {}),
              ...ledgerAttributes(failed.ledger),
              ...doubtAttributes({ ...failed, token: current.token }),
              scope: optionalText(revocationScope),
            },
            remove: [
              // Without a refresh token there is nothing for the schedule to renew.
              ...(isConsentOver ? [...refreshNames, ...dueNames] : []),
              ...(isTokenDead ? tokenNames : []),
            ],
          };
        },
        signal,
      );
    },

    async disconnect(held, signal) {
      const names = [...tokenNames, ...dueNames, ...consentNames, ...refreshNames];
      const remove = [...names, "doubtedAt", "suspect", "failure"];
      return endLease(held, () => ({ set: {}, remove }), signal);
    },

    async recordLateIssue(seen, entry, doubtedAt, signal) {
      const set = {
        ...ledgerAttributes(ledgerAfter(seen.ledger, entry)),
        ...doubtAttributes({ token: seen.token, doubtedAt }),
      };
      return writeBesideLease(seen, set, lateIssueOf(entry.owner), signal);
    },

    async reseal(seen, { token, refreshToken }, owner, signal) {
      const set = {
        ...(token && { sealed: { B: token } }),
        ...(refreshToken && { sealedRefresh: { B: refreshToken } }),
      };
      return writeBesideLease(seen, set, resealOf(owner), signal);
    },

    claimRevocationScope,
  };
}

/** Each revision is named after the one write that makes it. */
const endOf = (owner: string) => `${owner}.end`;
const lateIssueOf = (owner: string) => `${owner}.late`;
const resealOf = (owner: string) => `${owner}.reseal`;

/** Under the realm's keys, so that the realm's role can write it. No account begins with `~`. */
function scopeKey(connection: Connection, scopeHash: string): string {
  return `${realmOf(connection)}/~scope/${scopeHash}`;
}
