import type { AttributeValue, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import type { Connection } from "../model/connection.ts";
import { noAnswerFrom, VendingError } from "../model/errors.ts";
import type { Revision } from "../model/token-record.ts";
import type { StandingClaim } from "../model/token-store.ts";
import type { Item } from "./attributes.ts";
import { text } from "./attributes.ts";

/** The request for an item, strongly consistent. */
export function getItemInput(tableName: string, pk: string) {
  return { TableName: tableName, Key: { pk: { S: pk } }, ConsistentRead: true };
}

/** The request for two items at once. */
export function getItemsInput(tableName: string, keys: readonly string[]) {
  const Keys = keys.map((pk) => ({ pk: { S: pk } }));
  return { RequestItems: { [tableName]: { Keys, ConsistentRead: true } } };
}

/** The key of a realm's freeze, under the keys of the realm. No account begins with `~`. */
export function freezeKey(realm: string): string {
  return `${realm}/~freeze`;
}

export const neverSeen = "attribute_not_exists(#pk)";

/** A conditional write: the attributes it sets and removes, and its condition. */
export interface ItemChange {
  /** Null removes the attribute. */
  readonly set: Readonly<Record<string, AttributeValue | null>>;
  readonly remove?: readonly string[];
  /** The condition: names begin with `#`, values with `:`. */
  readonly onlyIf: string;
  /** The values of the condition, by their names. */
  readonly given: Readonly<Item>;
}

/** The change as a request. Every name has a placeholder, and a refused write returns the stored item. */
export function updateItem(
  tableName: string,
  pk: string,
  { set, remove = [], onlyIf, given }: ItemChange,
): UpdateItemCommandInput {
  const values: Item = {};
  const removed = [...remove];
  for (const [name, value] of Object.entries(set)) {
    if (value === null) removed.push(name);
    else values[name] = value;
  }
  const setNames = Object.keys(values);
  const conditionNames = [...onlyIf.matchAll(/#(\w+)/g)].map(([, name]) => name ?? "");
  const assignments = setNames.map((name) => `#${name} = :${name}`).join(", ");
  const removals = removed.map((name) => `#${name}`).join(", ");
  const actions = [assignments && `SET ${assignments}`, removals && `REMOVE ${removals}`];
  return {
    TableName: tableName,
    Key: { pk: { S: pk } },
    UpdateExpression: actions.filter(Boolean).join(" "),
    ConditionExpression: onlyIf,
    ExpressionAttributeNames: Object.fromEntries(
      [...setNames, ...removed, ...conditionNames].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries({ ...values, ...given }).map(([name, value]) => [`:${name}`, value]),
    ),
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

/** The attributes that tell one state of a record from another. Releases before 0.2 write no `revision`. */
export const recordRevision = ["fence", "leaseOwner", "revision"];

/** The same for a claim, which has no other attributes. */
export const claimRevision = ["scopeOwner", "scopeUntil"];

/** Includes damaged values: a writer that has read them can replace them. */
export function revisionOf(item: Item, names: readonly string[]): Revision {
  return { opaque: Object.fromEntries(names.map((name) => [name, item[name]])) };
}

/** The condition that an item has not changed since it was read. */
export function unchangedSince({ opaque }: Revision): Pick<ItemChange, "onlyIf" | "given"> {
  const seen = opaque as Readonly<Record<string, AttributeValue | undefined>>;
  const clauses: string[] = [];
  const given: Item = {};
  for (const [name, value] of Object.entries(seen)) {
    clauses.push(value ? `#${name} = :${seenName(name)}` : `attribute_not_exists(#${name})`);
    if (value) given[seenName(name)] = value;
  }
  return { onlyIf: clauses.join(" AND "), given };
}

/** The condition for a claim of a revocation scope: it is free, mine, or as it was when `replace` was read. */
export function unclaimedOrOwnedOr(
  me: Connection,
  replace: Pick<StandingClaim, "revision"> | null,
): Pick<ItemChange, "onlyIf" | "given"> {
  const claimable = `${neverSeen} OR #scopeOwner = :me`;
  if (!replace) return { onlyIf: claimable, given: { me: text(me) } };
  const { onlyIf, given } = unchangedSince(replace.revision);
  return { onlyIf: `${claimable} OR ${onlyIf}`, given: { ...given, me: text(me) } };
}

function seenName(name: string): string {
  return `seen_${name}`;
}

/** DynamoDB did not answer. Replaces the SDK's error, which may hold the request. */
export function unavailable(error: unknown): VendingError {
  return new VendingError("store-unavailable", noAnswerFrom("dynamodb", error), 1);
}
