import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Connection } from "../../functions/model/connection.ts";
import { realmOf } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted, ledgerAfter } from "../../functions/model/token-record.ts";
import type { HeldLease, TokenStore } from "../../functions/model/token-store.ts";
import type { Attributes, Item } from "../../functions/store/attributes.ts";
import { count, instant, optionalText, text } from "../../functions/store/attributes.ts";
import type { ItemChange } from "../../functions/store/conditional-write.ts";
import { unavailable, updateItem } from "../../functions/store/conditional-write.ts";
import {
  consentAttributes,
  consentNames,
  dueNames,
  failureAttributes,
  leaseAttributes,
  leaseNames,
  ledgerAttributes,
  refreshNames,
  tokenAttributes,
  tokenNames,
} from "../../functions/store/record-attributes.ts";

const stillMine = "#fence = :heldFence AND #leaseOwner = :me";

/**
 * The writes of the release before 0.2, beside those of this one: conditions on fence and owner only, no revision, a doubt
 * without an instant, a claim without an end. What it decides is this release's.
 */
export function earlierReleaseStore(
  client: DynamoDBClient,
  readRecord: (item: Item) => TokenRecord,
  read: TokenStore["read"],
): TokenStore {
  async function write(pk: string, change: ItemChange, signal: AbortSignal) {
    const command = new UpdateItemCommand(updateItem("tokens", pk, change));
    try {
      const { Attributes: item = {} } = await client.send(command, { abortSignal: signal });
      return { done: true, item };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      return { done: false, item: error.Item ?? {} };
    }
  }

  async function endLease(
    held: HeldLease,
    set: Attributes,
    remove: readonly string[],
    signal: AbortSignal,
  ): Promise<TokenRecord | null> {
    const { record, lease } = held;
    const given = { heldFence: count(record.fence), me: text(lease.owner) };
    const change = { set, remove: [...leaseNames, ...remove], onlyIf: stillMine, given };
    const { done, item } = await write(record.connection, change, signal);
    const after = readRecord(item);
    return done || (after.fence === record.fence && !after.lease) ? after : null;
  }

  return {
    read,
    // An earlier release knows of no freeze.
    realmFreeze: () => null,
    readRealmFreeze: async () => {},

    async takeLease(connection, seen, { lease, doubtedAt }, signal) {
      const isSuspect = isDoubted({ token: seen?.token ?? null, doubtedAt });
      const set = {
        ...leaseAttributes(lease),
        ...(isSuspect ? suspect : {}),
        realm: text(realmOf(connection)),
        fence: count((seen?.fence ?? 0) + 1),
        version: count(seen?.version ?? 0),
      };
      const { item } = await write(
        connection,
        { set, ...unchangedSince(seen, lease.since) },
        signal,
      );
      const isGranted = item["leaseOwner"]?.S === lease.owner;
      const record = item["pk"] ? readRecord(item) : null;
      return isGranted && record ? { held: { record, lease } } : { held: null, record };
    },

    async commit(held, commitOf, signal) {
      const { connection, fence } = held.record;
      const { token, consent, version, revocationScope, ledger } = commitOf(held.record);
      const {
        tokenOwner: _,
        issuedUnder: __,
        tokenDetails: ___,
        ...written
      } = tokenAttributes(connection, token, fence);
      const set = {
        ...written,
        ...(consent ? consentAttributes(consent) : {}),
        ...ledgerAttributes(ledger),
        version: count(version),
        scope: optionalText(revocationScope),
      };
      return endLease(held, set, ["suspect", "failure"], signal);
    },

    async fail(held, failedOf, signal) {
      const { failure, doubtedAt, isConsentOver, isTokenDead, revocationScope, ledger } = failedOf(
        held.record,
      );
      const set = {
        ...(failure ? failureAttributes(failure) : {}),
        ...ledgerAttributes(ledger),
        ...(isDoubted({ token: held.record.token, doubtedAt }) ? suspect : {}),
        scope: optionalText(revocationScope),
      };
      const over = isConsentOver ? [...refreshNames, ...dueNames] : [];
      return endLease(held, set, [...over, ...(isTokenDead ? tokenNames : [])], signal);
    },

    async disconnect(held, signal) {
      const names = [...tokenNames, ...dueNames, ...consentNames, ...refreshNames];
      return endLease(held, {}, [...names, "suspect", "failure"], signal);
    },

    reseal: async () => false,

    async recordLateIssue(seen, entry, doubtedAt, signal) {
      const set = {
        ...ledgerAttributes(ledgerAfter(seen.ledger, entry)),
        ...(isDoubted({ token: seen.token, doubtedAt }) ? suspect : {}),
      };
      const given = { seenVersion: count(seen.version) };
      const change = { set, onlyIf: "#version = :seenVersion", given };
      return (await write(seen.connection, change, signal)).done;
    },

    async claimRevocationScope(scope, { owner, until }, replace, signal) {
      const change = {
        set: { scopeOwner: text(owner) },
        onlyIf: "attribute_not_exists(#pk) OR #scopeOwner = :me OR #scopeOwner = :lapsed",
        given: { me: text(owner), lapsed: text(replace?.owner ?? owner) },
      };
      const { item } = await write(`${realmOf(owner)}/~scope/${scope}`, change, signal);
      const standing = (item["scopeOwner"]?.S ?? owner) as Connection;
      return { owner: standing, until, revision: { opaque: {} } };
    },
  };
}

const suspect = { suspect: { BOOL: true } };

function unchangedSince(seen: TokenRecord | null, now: Date): Pick<ItemChange, "onlyIf" | "given"> {
  if (!seen) return { onlyIf: "attribute_not_exists(#pk)", given: {} };
  const given = { seenFence: count(seen.fence) };
  const unchanged = "#fence = :seenFence";
  if (!seen.lease) return { onlyIf: `${unchanged} AND attribute_not_exists(#leaseOwner)`, given };
  return {
    onlyIf: `${unchanged} AND #leaseOwner = :vanishedOwner AND #leaseUntil < :now`,
    given: { ...given, vanishedOwner: text(seen.lease.owner), now: instant(now) },
  };
}
