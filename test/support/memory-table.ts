import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Placeholders, TableItem } from "./dynamodb-expressions.ts";
import { holds, orderOf, updated } from "./dynamodb-expressions.ts";

/** One item that a command changes or reads. */
interface Change extends Placeholders {
  readonly Key?: Record<string, AttributeValue> | undefined;
  readonly Item?: Record<string, AttributeValue> | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly action: "put" | "update" | "delete" | "check";
}

/** The effect of a command: its answer or refusal, and the keys that it read and wrote; `*` means all keys. */
export interface Performed {
  readonly answer: object;
  readonly read: readonly string[];
  readonly written: readonly string[];
}

/** The subset of DynamoDB that this service needs: commands are serialized, and each takes effect atomically. */
export class MemoryTable {
  readonly items: Map<string, TableItem>;
  /** Called with every written item and its previous version. */
  onWrite: (pk: string, item: TableItem | null, before: TableItem | null) => void = () => {};

  constructor(items: Iterable<readonly [string, TableItem]> = []) {
    this.items = new Map(items);
  }

  /** The effect of a command. A refused condition is an answer: the exception to throw. */
  perform(command: unknown): Performed {
    if (command instanceof GetItemCommand) {
      if (!command.input.ConsistentRead) throw new SyntaxError("Nothing is decided on old news.");
      const pk = keyOf(command.input);
      return { answer: { Item: this.items.get(pk) }, read: [pk], written: [] };
    }
    if (command instanceof QueryCommand) return this.#query(command);
    if (command instanceof BatchGetItemCommand) return this.#readSome(command);
    if (command instanceof TransactWriteItemsCommand) return this.#transact(command);
    return this.#write(changeOf(command));
  }

  /** Whether a command would change anything now. */
  wouldWrite(command: unknown): boolean {
    if (isRead(command)) return false;
    if (command instanceof TransactWriteItemsCommand) {
      return changesOf(command).every((change) => this.#isAllowed(change));
    }
    return this.#isAllowed(changeOf(command));
  }

  #isAllowed(change: Change): boolean {
    return holds(change.ConditionExpression ?? "", change, this.items.get(keyOf(change)));
  }

  #write(change: Change): Performed {
    const pk = keyOf(change);
    if (!this.#isAllowed(change)) {
      return { answer: refusal(this.items.get(pk)), read: [pk], written: [] };
    }
    return { answer: this.#apply(change), read: [], written: [pk] };
  }

  #transact(command: TransactWriteItemsCommand): Performed {
    const changes = changesOf(command);
    const keys = changes.map(keyOf);
    const allowed = changes.map((change) => this.#isAllowed(change));
    if (allowed.includes(false)) {
      const items = keys.map((pk) => this.items.get(pk));
      return { answer: cancellation(allowed, items), read: keys, written: [] };
    }
    for (const change of changes) if (change.action !== "check") this.#apply(change);
    const isWritten = (_: string, at: number) => changes[at]?.action !== "check";
    return { answer: {}, read: keys, written: keys.filter(isWritten) };
  }

  #apply(change: Change): object {
    const pk = keyOf(change);
    const before = this.items.get(pk);
    const after = afterOf(change, before);
    if (after) this.items.set(pk, after);
    else this.items.delete(pk);
    this.onWrite(pk, after, before ?? null);
    // As each command of the service asks: what a write leaves, and what a deletion took away.
    return { Attributes: after ?? before };
  }

  /**
   * Of several keys of a status page it leaves the last for another request, as DynamoDB does when it is short of capacity.
   */
  #readSome({ input }: BatchGetItemCommand): Performed {
    const [[table, request] = ["", { Keys: [], ConsistentRead: true }]] = Object.entries(
      input.RequestItems ?? {},
    );
    if (!request.ConsistentRead) throw new SyntaxError("Nothing is told on old news.");
    const keys = (request.Keys ?? []).map((Key) => keyOf({ Key }));
    const names = Object.values(request.ExpressionAttributeNames ?? {});
    const read = names.length > 0 && keys.length > 1 ? keys.slice(0, -1) : keys;
    const items = read.map((pk) => this.items.get(pk)).filter((item) => item !== undefined);
    const left = keys.slice(read.length).map((pk) => ({ pk: { S: pk } }));
    const answer = {
      Responses: { [table]: items.map((item) => projected(item, names)) },
      UnprocessedKeys: left.length > 0 ? { [table]: { ...request, Keys: left } } : {},
    };
    return { answer, read, written: [] };
  }

  /** An index holds the items that have its sort key: the attribute that the last clause compares. */
  #query({ input }: QueryCommand): Performed {
    const { KeyConditionExpression = "", ScanIndexForward = true, Limit } = input;
    const sortKey = input.ExpressionAttributeNames?.[sortName(KeyConditionExpression)] ?? "pk";
    const found = [...this.items.values()].filter((item) =>
      holds(KeyConditionExpression, input, item),
    );
    if (Limit !== undefined && found.length > Limit) throw new SyntaxError("No pages here.");
    const direction = ScanIndexForward ? 1 : -1;
    found.sort((a, b) => direction * (orderOf(a[sortKey], b[sortKey]) ?? 0));
    return { answer: { Items: found }, read: ["*"], written: [] };
  }
}

function isRead(command: unknown): boolean {
  const reads = [GetItemCommand, BatchGetItemCommand, QueryCommand];
  return reads.some((each) => command instanceof each);
}

/** The keys of a command; none if it queries an index. */
export function keysOf(command: unknown): string[] {
  if (command instanceof QueryCommand) return [];
  if (command instanceof BatchGetItemCommand) {
    const [request] = Object.values(command.input.RequestItems ?? {});
    return (request?.Keys ?? []).map((Key) => keyOf({ Key }));
  }
  if (command instanceof TransactWriteItemsCommand) return changesOf(command).map(keyOf);
  return [keyOf((command as GetItemCommand).input)];
}

function keyOf({ Key, Item }: Pick<Change, "Key" | "Item">): string {
  return (Key ?? Item)?.["pk"]?.S ?? "";
}

function changeOf(command: unknown): Change {
  if (command instanceof UpdateItemCommand) return { ...command.input, action: "update" };
  if (command instanceof DeleteItemCommand) return { ...command.input, action: "delete" };
  if (command instanceof PutItemCommand) return { ...command.input, action: "put" };
  throw new TypeError("The table in memory does not know this command.");
}

function changesOf({ input }: TransactWriteItemsCommand): Change[] {
  return (input.TransactItems ?? []).map(partOf);
}

function partOf({ Put, Update, Delete, ConditionCheck }: TransactWriteItem): Change {
  if (Put) return { ...Put, action: "put" };
  if (Update) return { ...Update, action: "update" };
  if (Delete) return { ...Delete, action: "delete" };
  if (ConditionCheck) return { ...ConditionCheck, action: "check" };
  throw new TypeError("The table in memory does not know this part of a transaction.");
}

function afterOf(change: Change, before: TableItem | undefined): TableItem | null {
  if (change.action === "delete") return null;
  if (change.action === "put") return { ...change.Item };
  return updated(change.UpdateExpression ?? "", change, { ...before, ...change.Key });
}

function refusal(item: TableItem | undefined): Error {
  return new ConditionalCheckFailedException({
    message: "The conditional request failed",
    $metadata: {},
    ...(item ? { Item: { ...item } } : {}),
  });
}

function cancellation(
  allowed: readonly boolean[],
  items: readonly (TableItem | undefined)[],
): Error {
  return new TransactionCanceledException({
    message: "Transaction cancelled",
    $metadata: {},
    CancellationReasons: allowed.map((isAllowed, at) => {
      if (isAllowed) return { Code: "None" };
      const item = items[at];
      return { Code: "ConditionalCheckFailed", ...(item ? { Item: { ...item } } : {}) };
    }),
  });
}

function projected(item: TableItem, names: readonly string[]): TableItem {
  if (names.length === 0) return item;
  return Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
}

function sortName(sentence: string): string {
  return sentence.match(/#\w+/g)?.at(-1) ?? "";
}
