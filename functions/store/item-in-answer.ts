import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./attributes.ts";

/**
 * The item in an answer to GetItem, as the SDK reads it; null where there is none. Undefined: not an answer of DynamoDB's
 * that we understand.
 */
export function itemInAnswer(answer: unknown): Item | null | undefined {
  try {
    const { Item: item } = membersOf(answer);
    return item === undefined ? null : mapOf(item);
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

/**
 * The items in an answer to BatchGetItem, by their keys. Undefined where it is not understood, or where DynamoDB has left
 * items for another request.
 */
export function itemsInAnswer(answer: unknown, tableName: string): Map<string, Item> | undefined {
  try {
    const { Responses, UnprocessedKeys = {} } = membersOf(answer);
    if (Object.keys(membersOf(UnprocessedKeys)).length > 0) return undefined;
    const items = listIn(membersOf(Responses)[tableName]).map(mapOf);
    return new Map(items.map((item) => [item["pk"]?.S ?? "", item]));
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
}

function notUnderstood(): never {
  throw new NotUnderstood("This is no attribute of DynamoDB's.");
}

/** How each type of attribute is written in JSON: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
const readers: Readonly<Record<string, (value: unknown) => AttributeValue>> = {
  S: (value) => ({ S: textIn(value) }),
  N: (value) => ({ N: textIn(value) }),
  B: (value) => ({ B: bytesIn(value) }),
  BOOL: (value) => ({ BOOL: flagIn(value) }),
  NULL: (value) => ({ NULL: flagIn(value) }),
  M: (value) => ({ M: mapOf(value) }),
  L: (value) => ({ L: listIn(value).map(attributeOf) }),
  SS: (value) => ({ SS: listIn(value).map(textIn) }),
  NS: (value) => ({ NS: listIn(value).map(textIn) }),
  BS: (value) => ({ BS: listIn(value).map(bytesIn) }),
};

/** An attribute is an object with one member, named after its type. */
function attributeOf(value: unknown): AttributeValue {
  const [[type = "", content] = [], another] = Object.entries(membersOf(value));
  const read = another || !Object.hasOwn(readers, type) ? notUnderstood : readers[type];
  return (read ?? notUnderstood)(content);
}

function mapOf(value: unknown): Item {
  const members = Object.entries(membersOf(value));
  return Object.fromEntries(members.map(([name, member]) => [name, attributeOf(member)]));
}

function membersOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : notUnderstood();
}

const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : notUnderstood());

const textIn = (value: unknown) => (typeof value === "string" ? value : notUnderstood());

const flagIn = (value: unknown) => (typeof value === "boolean" ? value : notUnderstood());

function bytesIn(value: unknown): Uint8Array {
  const bytes = Buffer.from(textIn(value), "base64");
  return bytes.toString("base64") === value ? new Uint8Array(bytes) : notUnderstood();
}
