import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Connection } from "../model/connection.ts";
import { realmOf } from "../model/connection.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { ledgerAfter } from "../model/token-record.ts";
import type { HeldLease, TokenStore } from "../model/token-store.ts";
import type { Item } from "./attributes.ts";
import { count, instant, text } from "./attributes.ts";
import { consentAttributes, consentNames, refreshNames } from "./consent-items.ts";
import {
  dueNames,
  failureAttributes,
  leaseAttributes,
  leaseNames,
  ledgerAttributes,
  readRecord,
  rejectionsAttribute,
  suspectAttribute,
  tokenAttributes,
  tokenNames,
} from "./items.ts";
import { unavailable } from "./unavailable.ts";
import type { ItemChange } from "./update-item.ts";
import { updateItem } from "./update-item.ts";

const neverSeen = "attribute_not_exists(#pk)";
const unchangedAndFree = "#fence = :seenFence AND attribute_not_exists(#leaseOwner)";
const unchangedAndAbandoned =
  "#fence = :seenFence AND #leaseOwner = :vanishedOwner AND #leaseUntil < :now";
const stillMine = "#fence = :heldFence AND #leaseOwner = :me";
const stillThatVersion = "#version = :seenVersion";
const unclaimedOrMineOrLapsed =
  "attribute_not_exists(#pk) OR #scopeOwner = :me OR #scopeOwner = :lapsedOwner";

/** Tokens, leases and claims in one DynamoDB table, one item each. */
export function dynamoDbTokenStore(client: DynamoDBClient, tableName: string): TokenStore {
  /** The item after the change, or what stood in its way. */
  async function write(
    pk: string,
    change: ItemChange,
    signal: AbortSignal,
  ): Promise<{ done: true; item: Item } | { done: false; item: Item | null }> {
    try {
      const command = new UpdateItemCommand(updateItem(tableName, pk, change));
      const { Attributes = {} } = await client.send(command, { abortSignal: signal });
      return { done: true, item: Attributes };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      // Not every server returns the item that refused the write.
      return { done: false, item: error.Item ?? (await readItem(pk, signal)) };
    }
  }

  async function readItem(pk: string, signal: AbortSignal): Promise<Item | null> {
    const command = new GetItemCommand({
      TableName: tableName,
      Key: { pk: { S: pk } },
      ConsistentRead: true,
    });
    try {
      const { Item: item } = await client.send(command, { abortSignal: signal });
      return item ?? null;
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Ends a lease with its outcome. Refused writes are looked at: the SDK may have repeated one that had succeeded. */
  async function endLease(
    held: HeldLease,
    set: ItemChange["set"],
    remove: readonly string[],
    isMine: (record: TokenRecord) => boolean,
    signal: AbortSignal,
  ): Promise<TokenRecord | null> {
    const change = {
      set,
      remove: [...leaseNames, ...remove],
      onlyIf: stillMine,
      given: mine(held),
    };
    const { done, item } = await write(held.record.connection, change, signal);
    if (!item) return null;
    const record = readRecord(item);
    return done || isMine(record) ? record : null;
  }

  return {
    async read(connection, signal) {
      const item = await readItem(connection, signal);
      return item && readRecord(item);
    },

    async takeLease(connection, seen, { lease, suspect, rejectionsAt }, signal) {
      const set = {
        ...leaseAttributes(lease),
        // A doubt that arose since `seen` stays.
        ...(suspect ? suspectAttribute(true) : {}),
        ...rejectionsAttribute(rejectionsAt),
        // The key of the index `connections`: the same with every lease, so that the index is written to once.
        realm: text(realmOf(connection)),
        fence: count((seen?.fence ?? 0) + 1),
        version: count(seen?.version ?? 0),
      };
      const { item } = await write(
        connection,
        { set, ...unchangedSince(seen, lease.since) },
        signal,
      );
      const record = item && readRecord(item);
      if (record?.lease?.owner !== lease.owner) return { held: null, record };
      return { held: { record, lease } };
    },

    async commit(
      held,
      { token, consent, version, revocationScope, typicalIssueMs, ledger },
      signal,
    ) {
      const set = {
        ...tokenAttributes(held.record.connection, token),
        ...(consent ? consentAttributes(consent) : {}),
        ...ledgerAttributes(ledger),
        version: count(version),
        scope: revocationScope === null ? null : text(revocationScope),
        typicalIssueMs: typicalIssueMs === null ? null : count(typicalIssueMs),
      };
      const isMine = (record: TokenRecord) => record.token?.fence === held.record.fence;
      return endLease(held, set, ["suspect", "failure"], isMine, signal);
    },

    async fail(held, { failure, suspect, isConsentOver, revocationScope, ledger }, signal) {
      const set = {
        ...(failure ? failureAttributes(failure) : {}),
        ...ledgerAttributes(ledger),
        // A doubt that arose since the lease was taken stays, too.
        ...(suspect ? suspectAttribute(true) : {}),
        scope: revocationScope === null ? null : text(revocationScope),
      };
      const isMine = ({ fence, lease }: TokenRecord) => fence === held.record.fence && !lease;
      // Nothing is left to renew with, so the schedule has nothing to do either.
      const over = isConsentOver ? [...refreshNames, ...dueNames] : [];
      return endLease(held, set, over, isMine, signal);
    },

    async disconnect(held, signal) {
      const isMine = ({ fence, lease }: TokenRecord) => fence === held.record.fence && !lease;
      const heldNames = [...tokenNames, ...dueNames, ...consentNames, ...refreshNames];
      return endLease(held, {}, [...heldNames, "suspect", "failure"], isMine, signal);
    },

    async forget(held, signal) {
      const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues, Key } =
        updateItem(tableName, held.record.connection, {
          set: {},
          onlyIf: stillMine,
          given: mine(held),
        });
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key,
        ConditionExpression,
        ExpressionAttributeNames,
        ExpressionAttributeValues,
      });
      try {
        await client.send(command, { abortSignal: signal });
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      }
    },

    async recordLateIssue(seen, entry, suspect, signal) {
      const set = {
        ...ledgerAttributes(ledgerAfter(seen.ledger, entry)),
        ...(suspect ? suspectAttribute(true) : {}),
      };
      const given = { seenVersion: count(seen.version) };
      const change = { set, onlyIf: stillThatVersion, given };
      return (await write(seen.connection, change, signal)).done;
    },

    async claimRevocationScope(connection, scope, lapsedOwner, signal) {
      const given = { me: text(connection), lapsedOwner: text(lapsedOwner ?? connection) };
      const set = { scopeOwner: text(connection) };
      const change = { set, onlyIf: unclaimedOrMineOrLapsed, given };
      const { item } = await write(scopeKey(connection, scope), change, signal);
      return (item?.["scopeOwner"]?.S ?? connection) as Connection;
    },
  };
}

function unchangedSince(seen: TokenRecord | null, now: Date): Pick<ItemChange, "onlyIf" | "given"> {
  if (!seen) return { onlyIf: neverSeen, given: {} };
  const given = { seenFence: count(seen.fence) };
  if (!seen.lease) return { onlyIf: unchangedAndFree, given };
  return {
    onlyIf: unchangedAndAbandoned,
    given: { ...given, vanishedOwner: text(seen.lease.owner), now: instant(now) },
  };
}

function mine({ record, lease }: HeldLease): Item {
  return { heldFence: count(record.fence), me: text(lease.owner) };
}

/** Beside the connections of its realm, so that the realm's own role may claim it; `~` begins no account. */
function scopeKey(connection: Connection, scope: string): string {
  return `${realmOf(connection)}/~scope/${scope}`;
}
