import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Freeze } from "../model/freeze.ts";
import type { Item } from "./attributes.ts";
import { instant, text } from "./attributes.ts";
import type { ItemChange } from "./conditional-write.ts";
import { freezeKey, updateItem } from "./conditional-write.ts";
import { readFreeze } from "./read-record.ts";

/** Other operators may write at the same time, but hardly ever so often. */
const maxAttempts = 10;

/** A connection, or a realm: what is frozen and thawed. */
export interface FreezeTarget {
  readonly of: Freeze["of"];
  /** `provider/environment` */
  readonly realm: string;
  /** `provider/environment/account`, or the realm's name. */
  readonly name: string;
}

/** Who freezes or thaws, when and why. */
export type FreezeDecision = Pick<Freeze, "by" | "at" | "reason">;

/** An operator's change of the attribute, from what stands there. Null: nothing is to be written. */
type Change = (seen: AttributeValue | undefined, standing: Freeze | null) => Item | null;

/**
 * Freezes and thaws, one conditional write each. It changes the record's revision, so no lease is granted on an earlier
 * reading, and a renewal under way stores its token all the same. The last freeze stays in the item after its thaw.
 * Fails with the SDK's errors.
 */
export function dynamoDbFreezes(client: DynamoDBClient, tableName: string) {
  async function read(target: FreezeTarget): Promise<AttributeValue | undefined> {
    const command = new GetItemCommand({
      TableName: tableName,
      Key: { pk: text(keyOf(target)) },
      ConsistentRead: true,
      ProjectionExpression: "#pk, #frozen",
      ExpressionAttributeNames: { "#pk": "pk", "#frozen": "frozen" },
    });
    return (await client.send(command)).Item?.["frozen"];
  }

  /** The freeze that stood there before, if any. */
  async function write(
    target: FreezeTarget,
    revision: string,
    change: Change,
    attemptsLeft = maxAttempts,
  ): Promise<Freeze | null> {
    const seen = await read(target);
    const standing = freezeIn(seen, target);
    const fields = change(seen, standing);
    if (!fields) return standing;
    const command = new UpdateItemCommand({
      ...updateItem(tableName, keyOf(target), changeOf(target, revision, fields, seen)),
      // An operator's role reads no other attribute.
      ReturnValues: "NONE",
      ReturnValuesOnConditionCheckFailure: "NONE",
    });
    try {
      await client.send(command);
      return standing;
    } catch (error) {
      // Another operator has written meanwhile: what they wrote decides.
      if (!(error instanceof ConditionalCheckFailedException) || attemptsLeft <= 1) throw error;
      return write(target, revision, change, attemptsLeft - 1);
    }
  }

  return {
    /** The freeze that stood there before, which stays; null: this one stands now. `id` is a new name. */
    freeze: (target: FreezeTarget, { by, at, reason }: FreezeDecision, id: string) =>
      write(target, `${id}.freeze`, (_, standing) =>
        standing ? null : { by: text(by), at: instant(at), reason: text(reason) },
      ),

    /** The freeze that is over now; null: nothing was frozen. */
    thaw: (target: FreezeTarget, { by, at, reason }: FreezeDecision, id: string) => {
      const thawed = { thawedBy: text(by), thawedAt: instant(at), thawReason: text(reason) };
      return write(target, `${id}.thaw`, (seen, standing) => standing && { ...seen?.M, ...thawed });
    },

    /** Null: it is not frozen itself. */
    read: async (target: FreezeTarget) => freezeIn(await read(target), target),
  };
}

function keyOf({ of, realm, name }: FreezeTarget): string {
  return of === "realm" ? freezeKey(realm) : name;
}

function freezeIn(frozen: AttributeValue | undefined, { of }: FreezeTarget): Freeze | null {
  return frozen ? readFreeze({ frozen }, of) : null;
}

function changeOf(
  { of, realm }: FreezeTarget,
  revision: string,
  fields: Item,
  seen: AttributeValue | undefined,
): ItemChange {
  // Lists a connection that was never used. A realm's freeze is in no index.
  const listed = of === "connection" ? { realm: text(realm) } : {};
  const set = { frozen: { M: fields }, revision: text(revision), ...listed };
  return { set, ...unchangedFreeze(seen) };
}

/** The condition that nobody has frozen or thawed since: by its instants, because not every emulator compares whole maps. */
function unchangedFreeze(seen: AttributeValue | undefined): Pick<ItemChange, "onlyIf" | "given"> {
  if (!seen) return { onlyIf: "attribute_not_exists(#frozen)", given: {} };
  if (!seen.M) return { onlyIf: "#frozen = :seen", given: { seen } };
  const given: Item = {};
  const clauses = ["at", "thawedAt"].map((name) => {
    const value = seen.M[name];
    if (!value) return `attribute_not_exists(#frozen.#${name})`;
    given[`seen_${name}`] = value;
    return `#frozen.#${name} = :seen_${name}`;
  });
  return { onlyIf: clauses.join(" AND "), given };
}
