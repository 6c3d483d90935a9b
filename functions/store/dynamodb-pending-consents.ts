import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { RealmId } from "../model/connection.ts";
import { accountPattern, realmName } from "../model/connection.ts";
import type {
  PendingConsent,
  PendingConsents,
  PendingConsentWrite,
} from "../model/pending-consents.ts";
import type { Item } from "./attributes.ts";
import { count, DamagedAttribute, instant, instantOf, text, textOf } from "./attributes.ts";
import { neverSeen, unavailable, updateItem } from "./conditional-write.ts";

const claimable = `${neverSeen} OR #claimant = :claimant`;
const notExpired = "#expiresAt > :now";
const unbound = `${notExpired} AND attribute_not_exists(#browser)`;
const boundToMe = `${notExpired} AND #browser = :me`;

/** No account begins with `~`, so no connection has these keys. */
export function pendingKey(realm: string, id: string): string {
  return `${realm}/~consent/${id}`;
}

/**
 * The keys, with the account, that tell of which link a person was asked last; also what `realm` is in these rows, so that
 * the index of connections has them beside those of the realm.
 */
export function askedPrefix(realm: string): string {
  return `${realm}/~asked`;
}

/** Longer than any browser may take that has opened the link in its last second. */
const askedLongerS = 86_400;

/** Pending consents, in the token table, under keys of their realm. */
export function dynamoDbPendingConsents(
  client: DynamoDBClient,
  tableName: string,
  realm: RealmId,
): PendingConsents {
  const keyOf = (id: string) => pendingKey(realmName(realm), id);
  const codeKeyOf = (hash: string) => `${realmName(realm)}/~code/${hash}`;

  async function readItem(id: string, signal: AbortSignal): Promise<PendingConsent | null> {
    const Key = { pk: text(keyOf(id)) };
    const command = new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true });
    const { Item: item } = await client.send(command, { abortSignal: signal }).catch((error) => {
      throw unavailable(error);
    });
    return item ? pendingOf(id, item) : null;
  }

  async function attempt(
    id: string,
    send: () => Promise<{ Attributes?: Item | undefined }>,
    signal: AbortSignal,
  ): Promise<PendingConsentWrite> {
    const answer = await send().catch((error: unknown) => {
      if (error instanceof ConditionalCheckFailedException) return error;
      throw unavailable(error);
    });
    if (!(answer instanceof ConditionalCheckFailedException)) {
      const written = pendingOf(id, answer.Attributes ?? {});
      return written ? { done: true, pending: written } : { done: false, pending: null };
    }
    // Not every DynamoDB implementation returns the item of a refused write.
    const pending = answer.Item ? pendingOf(id, answer.Item) : await readItem(id, signal);
    return { done: false, pending };
  }

  return {
    async add({ id, account, expiresAt, proof, begunBy }, signal) {
      const sealed = proof && { proof: { B: proof } };
      const asked = begunBy !== undefined && { begunBy: text(begunBy) };
      const set = { account: text(account), ...livesUntil(expiresAt), ...sealed, ...asked };
      const command = new UpdateItemCommand(
        updateItem(tableName, keyOf(id), { set, onlyIf: neverSeen, given: {} }),
      );
      // If the row already exists, the SDK has repeated a write that had succeeded.
      await attempt(id, () => client.send(command, { abortSignal: signal }), signal);
    },

    async noteAsked({ id, account, expiresAt }, signal) {
      const prefix = askedPrefix(realmName(realm));
      const command = new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: text(`${prefix}/${account}`) },
        UpdateExpression: "SET #realm = :prefix, #pendingId = :id, #ttl = :ttl",
        ExpressionAttributeNames: { "#realm": "realm", "#pendingId": "pendingId", "#ttl": "ttl" },
        ExpressionAttributeValues: {
          ":prefix": text(prefix),
          ":id": text(id),
          ":ttl": count(ttlOf(expiresAt) + askedLongerS),
        },
      });
      await client.send(command, { abortSignal: signal }).catch((error) => {
        throw unavailable(error);
      });
    },

    read: readItem,

    async bind(id, browser, now, until, signal) {
      const change = {
        set: { browser: text(browser), ...livesUntil(until) },
        onlyIf: unbound,
        given: { now: instant(now) },
      };
      const command = new UpdateItemCommand(updateItem(tableName, keyOf(id), change));
      const send = () => client.send(command, { abortSignal: signal });
      const { done, pending } = await attempt(id, send, signal);
      if (!pending) return { done: false, pending };
      const isMine = pending.browser === browser && pending.expiresAt > now;
      return { done: done || isMine, pending };
    },

    async claim(id, browser, now, signal) {
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: { pk: text(keyOf(id)) },
        ConditionExpression: boundToMe,
        ExpressionAttributeNames: { "#browser": "browser", "#expiresAt": "expiresAt" },
        ExpressionAttributeValues: { ":me": text(browser), ":now": instant(now) },
        ReturnValues: "ALL_OLD",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      return attempt(id, () => client.send(command, { abortSignal: signal }), signal);
    },

    async claimCode(hash, claimant, until, signal) {
      const set = { claimant: text(claimant), ...livesUntil(until) };
      const change = { set, onlyIf: claimable, given: {} };
      const command = new UpdateItemCommand(updateItem(tableName, codeKeyOf(hash), change));
      try {
        await client.send(command, { abortSignal: signal });
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw unavailable(error);
      }
    },
  };
}

function livesUntil(expiresAt: Date): Item {
  return { expiresAt: instant(expiresAt), ttl: count(ttlOf(expiresAt)) };
}

/** DynamoDB removes a row some time after `ttl`, which is in seconds. */
function ttlOf(expiresAt: Date): number {
  return Math.ceil(expiresAt.getTime() / 1000);
}

/** Null for a damaged row: it is no link of ours. */
export function pendingOf(id: string, item: Item): PendingConsent | null {
  try {
    const account = textOf(item, "account");
    if (!accountPattern.test(account)) return null;
    return {
      id,
      account,
      expiresAt: instantOf(item, "expiresAt"),
      browser: item["browser"]?.S ?? null,
      proof: item["proof"]?.B ?? null,
      ...(item["begunBy"]?.S !== undefined && { begunBy: item["begunBy"].S }),
    };
  } catch (error) {
    if (error instanceof DamagedAttribute) return null;
    throw error;
  }
}
