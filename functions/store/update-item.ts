import type { AttributeValue, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import type { Item } from "./attributes.ts";

/** A conditional write: what it sets, what it removes, and the sentence that must hold for it to happen. */
export interface ItemChange {
  /** Null removes the attribute. */
  readonly set: Readonly<Record<string, AttributeValue | null>>;
  readonly remove?: readonly string[];
  /** Names carry `#`, values `:`. */
  readonly onlyIf: string;
  /** The values of the sentence, by their names. */
  readonly given: Readonly<Item>;
}

/** The change as DynamoDB wants it: every name through a placeholder, and the loser told what stands there instead. */
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
  const sentenceNames = [...onlyIf.matchAll(/#(\w+)/g)].map(([, name]) => name ?? "");
  const assignments = setNames.map((name) => `#${name} = :${name}`).join(", ");
  const removals = removed.map((name) => `#${name}`).join(", ");
  const actions = [assignments && `SET ${assignments}`, removals && `REMOVE ${removals}`];
  return {
    TableName: tableName,
    Key: { pk: { S: pk } },
    UpdateExpression: actions.filter(Boolean).join(" "),
    ConditionExpression: onlyIf,
    ExpressionAttributeNames: Object.fromEntries(
      [...setNames, ...removed, ...sentenceNames].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries({ ...values, ...given }).map(([name, value]) => [`:${name}`, value]),
    ),
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}
