import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Clock } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import {
  accountOf,
  accountPattern,
  connectionOf,
  realmName,
  realmOf,
} from "../model/connection.ts";
import type { LatestLink, StatusReader } from "../model/connection-status.ts";
import { VendingError } from "../model/errors.ts";
import type { Freeze } from "../model/freeze.ts";
import type { TokenRecord } from "../model/token-record.ts";
import type { Item } from "./attributes.ts";
import { text } from "./attributes.ts";
import { freezeKey, unavailable } from "./conditional-write.ts";
import { askedPrefix, pendingKey, pendingOf } from "./dynamodb-pending-consents.ts";
import { linkAttributes, statusAttributes } from "./status-attributes.ts";
import { readTold } from "./told-attribute.ts";

/** Keys only: a connection's first lease adds it, and later writes do not change it. */
const indexName = "connections";

/** A hash in base64url. Any realm's role can write anything else, which must not fail the status of the others. */
const idShape = /^[\w-]{1,64}$/;

/** Unprocessed keys are requested again, after a pause that doubles. */
const maxAttempts = 4;
const firstPauseMs = 50;

/** Reads the token table for operators. Every request names its attributes, because IAM grants no other request. */
export function dynamoDbStatusReader(
  client: DynamoDBClient,
  tableName: string,
  clock: Clock,
  readRecord: (item: Item) => TokenRecord,
  // Not imported: vending, which reads records too, would load one more module of the bundle.
  readFreeze: (item: Item, of: Freeze["of"]) => Freeze | null,
): StatusReader {
  async function readSome(
    keys: readonly string[],
    attributes: readonly string[],
    signal: AbortSignal,
  ) {
    const request = {
      Keys: keys.map((pk) => ({ pk: text(pk) })),
      ConsistentRead: true,
      ...projectionOf(attributes),
    };
    const command = new BatchGetItemCommand({ RequestItems: { [tableName]: request } });
    const answer = await client.send(command, { abortSignal: signal });
    const unread = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    return {
      items: answer.Responses?.[tableName] ?? [],
      unread: unread.flatMap(({ pk }) => pk?.S ?? []),
    };
  }

  /** The items that there are, by their keys. */
  async function readAll(
    keys: readonly string[],
    attributes: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Item>> {
    const items: Item[] = [];
    let unread = keys;
    for (let tried = 0; unread.length > 0; tried += 1) {
      if (tried === maxAttempts) throw unavailable(new Error("throttled"));
      if (tried > 0) await clock.sleep(firstPauseMs * 2 ** (tried - 1), signal);
      const some = await readSome(unread, attributes, signal).catch((error) => {
        throw unavailable(error);
      });
      items.push(...some.items);
      unread = some.unread;
    }
    return new Map(items.map((item) => [item["pk"]?.S ?? "", item]));
  }

  /** The accounts of the keys that begin so, from the index's partition of that name, in order. */
  async function accountsUnder(
    prefix: string,
    after: Connection | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    const start = after && { pk: text(`${prefix}/${accountOf(after)}`), realm: text(prefix) };
    const command = new QueryCommand({
      TableName: tableName,
      IndexName: indexName,
      // Any realm's role can write another realm's name into its own items, so the key decides.
      KeyConditionExpression: "#realm = :prefix AND begins_with(#pk, :own)",
      ProjectionExpression: "#pk",
      Select: "SPECIFIC_ATTRIBUTES",
      ExpressionAttributeNames: { "#realm": "realm", "#pk": "pk" },
      ExpressionAttributeValues: { ":prefix": text(prefix), ":own": text(`${prefix}/`) },
      Limit: limit,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    const page = await client.send(command, { abortSignal: signal }).catch((error) => {
      throw unavailable(error);
    });
    return (page.Items ?? []).map(({ pk }) => pk?.S?.slice(prefix.length + 1) ?? "");
  }

  /** Null for a record of a newer release, so that it does not hide the others. */
  function recordOrNull(item: Item): TokenRecord | null {
    try {
      return readRecord(withoutSealed(item));
    } catch (error) {
      if (error instanceof VendingError) return null;
      throw error;
    }
  }

  return {
    async connectionsOf(realm, after, limit, signal) {
      const accounts = await accountsUnder(realmName(realm), after, limit, signal);
      return accounts.map((account) => connectionOf(realm, account));
    },

    async askedOf(realm, after, limit, signal) {
      const accounts = await accountsUnder(askedPrefix(realmName(realm)), after, limit, signal);
      return accounts
        .filter((account) => accountPattern.test(account))
        .map((account) => connectionOf(realm, account));
    },

    async asked(connections, signal) {
      const askedKey = (of: Connection) => `${askedPrefix(realmOf(of))}/${accountOf(of)}`;
      const latest = await readAll(connections.map(askedKey), linkAttributes, signal);
      const ids = new Map(
        connections.flatMap((connection) => {
          const id = latest.get(askedKey(connection))?.["pendingId"]?.S ?? "";
          return idShape.test(id) ? [[connection, id] as const] : [];
        }),
      );
      const keys = new Set([...ids].map(([connection, id]) => pendingKey(realmOf(connection), id)));
      const links = await readAll([...keys], linkAttributes, signal);
      const asked = new Map<Connection, LatestLink>();
      for (const [connection, id] of ids) {
        const pending = pendingOf(id, links.get(pendingKey(realmOf(connection), id)) ?? {});
        if (pending?.account !== accountOf(connection)) continue;
        asked.set(connection, { until: pending.expiresAt, begunBy: pending.begunBy ?? null });
      }
      return asked;
    },

    async freezes(realms, signal) {
      const keys = realms.map((realm) => freezeKey(realmName(realm)));
      const rows = await readAll(keys, statusAttributes, signal);
      return new Map(
        realms.flatMap((realm) => {
          const row = rows.get(freezeKey(realmName(realm)));
          const freeze = row && readFreeze(row, "realm");
          return freeze ? [[realmName(realm), freeze] as const] : [];
        }),
      );
    },

    async read(connections, signal) {
      const items = await readAll(connections, statusAttributes, signal);
      return connections.flatMap((connection) => {
        const item = items.get(connection);
        return item ? [{ connection, record: recordOrNull(item), told: readTold(item) }] : [];
      });
    },
  };
}

/** The members of a request that make it read these attributes and no others. */
export function projectionOf(attributes: readonly string[]) {
  return {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };
}

/** Stands in for the sealed attributes, which are not read; their fingerprints tell whether they exist. */
export function withoutSealed(item: Item): Item {
  const unread = { B: new Uint8Array() };
  return {
    ...item,
    ...(item["fingerprint"] ? { sealed: unread } : {}),
    ...(item["refreshFingerprint"] ? { sealedRefresh: unread } : {}),
  };
}
