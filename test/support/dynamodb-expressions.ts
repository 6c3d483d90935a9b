import { isDeepStrictEqual } from "node:util";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type TableItem = Readonly<Record<string, AttributeValue>>;

/** The values of an expression's placeholders. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

type Value = (item: TableItem | undefined, given: Placeholders) => AttributeValue | undefined;
type Condition = (item: TableItem | undefined, given: Placeholders) => boolean;
type Action = (
  after: Record<string, AttributeValue>,
  before: TableItem,
  given: Placeholders,
) => void;

/** Whether a condition expression holds for an item. What the evaluator does not know is a `SyntaxError`, never a guess. */
export function holds(sentence: string, given: Placeholders, item: TableItem | undefined): boolean {
  return sentence === "" || compiled(conditions, sentence, parseCondition)(item, given);
}

/** Applies an update expression to an item. */
export function updated(expression: string, given: Placeholders, before: TableItem): TableItem {
  const after = { ...before };
  compiled(updates, expression, parseUpdate)(after, before, given);
  return after;
}

const conditions = new Map<string, Condition>();
const updates = new Map<string, Action>();

function compiled<T>(known: Map<string, T>, text: string, parse: (words: Words) => T): T {
  const before = known.get(text);
  if (before) return before;
  const words = new Words(text);
  const parsed = parse(words);
  words.end();
  known.set(text, parsed);
  return parsed;
}

class Words {
  readonly #text: string;
  readonly #words: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#words = text.match(/#\w+|:\w+|\w+|<>|<=|>=|\S/g) ?? [];
  }

  peek(): string {
    return this.#words[this.#at] ?? "";
  }

  next(): string {
    this.#at += 1;
    return this.#words[this.#at - 1] ?? "";
  }

  accept(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#at += 1;
    return true;
  }

  require(word: string): void {
    if (!this.accept(word)) this.fail();
  }

  end(): void {
    if (this.peek() !== "") this.fail();
  }

  fail(): never {
    throw new SyntaxError(`Not known here, at "${this.peek()}": ${this.#text}`);
  }
}

function parseCondition(words: Words): Condition {
  const options = [parseAll(words)];
  while (words.accept("OR")) options.push(parseAll(words));
  return (item, given) => options.some((option) => option(item, given));
}

function parseAll(words: Words): Condition {
  const clauses = [parseClause(words)];
  while (words.accept("AND")) clauses.push(parseClause(words));
  return (item, given) => clauses.every((clause) => clause(item, given));
}

function parseClause(words: Words): Condition {
  if (words.accept("NOT")) {
    const clause = parseClause(words);
    return (item, given) => !clause(item, given);
  }
  if (words.accept("(")) {
    const inner = parseCondition(words);
    words.require(")");
    return inner;
  }
  if (words.accept("attribute_exists")) return parseExistence(words, true);
  if (words.accept("attribute_not_exists")) return parseExistence(words, false);
  if (words.accept("begins_with")) return parseBeginning(words);
  return parseComparison(words);
}

function parseBeginning(words: Words): Condition {
  const [value, beginning] = parsePair(words);
  return (item, given) => {
    const [text, start] = [value(item, given)?.S, beginning(item, given)?.S];
    return text !== undefined && start !== undefined && text.startsWith(start);
  };
}

function parseExistence(words: Words, isWanted: boolean): Condition {
  words.require("(");
  const value = parseOperand(words);
  words.require(")");
  return (item, given) => (value(item, given) !== undefined) === isWanted;
}

const relations: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function parseComparison(words: Words): Condition {
  const left = parseOperand(words);
  const sign = words.next();
  const right = parseOperand(words);
  if (sign === "<>") return (item, given) => orderOf(left(item, given), right(item, given)) !== 0;
  const relation = relations[sign] ?? words.fail();
  return (item, given) => {
    const order = orderOf(left(item, given), right(item, given));
    return order !== null && relation(order);
  };
}

/** Null where two values cannot be compared: one is missing, or they are of different types, or differ without an order. */
export function orderOf(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
): number | null {
  if (a?.N !== undefined && b?.N !== undefined) return Number(a.N) - Number(b.N);
  if (a?.S !== undefined && b?.S !== undefined) return a.S < b.S ? -1 : Number(a.S > b.S);
  // Other types have no order; any two values can be equal.
  return a !== undefined && isDeepStrictEqual(a, b) ? 0 : null;
}

function parseOperand(words: Words): Value {
  const word = words.next();
  if (word === "if_not_exists") return parseFallback(words);
  if (word.startsWith(":")) {
    return (_, given) => given.ExpressionAttributeValues?.[word] ?? undefinedPlaceholder(word);
  }
  if (!word.startsWith("#")) words.fail();
  const inner: string[] = [];
  while (words.accept(".")) inner.push(words.next());
  return (item, given) =>
    inner.reduce((value, name) => value?.M?.[nameOf(name, given)], item?.[nameOf(word, given)]);
}

function parseFallback(words: Words): Value {
  const [first, second] = parsePair(words);
  return (item, given) => first(item, given) ?? second(item, given);
}

/** Two operands in parentheses. */
function parsePair(words: Words): [Value, Value] {
  words.require("(");
  const first = parseOperand(words);
  words.require(",");
  const second = parseOperand(words);
  words.require(")");
  return [first, second];
}

function nameOf(word: string, given: Placeholders): string {
  return given.ExpressionAttributeNames?.[word] ?? undefinedPlaceholder(word);
}

function undefinedPlaceholder(word: string): never {
  throw new SyntaxError(`${word} stands for nothing.`);
}

function parseUpdate(words: Words): Action {
  const actions: Action[] = [];
  while (words.peek() !== "") {
    const parse = words.accept("SET") ? parseAssignment : parseRemoval(words);
    do actions.push(parse(words));
    while (words.accept(","));
  }
  return (after, before, given) => {
    for (const act of actions) act(after, before, given);
  };
}

function parseAssignment(words: Words): Action {
  const target = words.next();
  words.require("=");
  const value = parseSum(words);
  return (after, before, given) => {
    const result = value(before, given);
    if (!result) throw new SyntaxError(`${target} would be set to nothing.`);
    after[nameOf(target, given)] = result;
  };
}

function parseSum(words: Words): Value {
  const left = parseOperand(words);
  const sign = words.peek();
  if (sign !== "+" && sign !== "-") return left;
  words.next();
  const right = parseOperand(words);
  const factor = sign === "+" ? 1 : -1;
  return (item, given) => {
    const sum = Number(left(item, given)?.N) + factor * Number(right(item, given)?.N);
    return { N: String(sum) };
  };
}

function parseRemoval(words: Words): (words: Words) => Action {
  words.require("REMOVE");
  return () => {
    const target = words.next();
    return (after, _, given) => {
      delete after[nameOf(target, given)];
    };
  };
}
