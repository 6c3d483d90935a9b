import type {
  AttributeValue,
  DynamoDBClient,
  UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { SimulatedProcess } from "./simulated-process.ts";

type Item = Readonly<Record<string, AttributeValue>>;
type Input = Pick<
  UpdateItemCommandInput,
  "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

/** How a request to the table may go wrong. `repeated`: the SDK sends again what had succeeded. */
export type TableFault = "none" | "unavailable" | "answer-lost" | "repeated";

/** DynamoDB as far as one item goes: conditional writes one after the other, answers that may not arrive. */
export class SimulatedTable {
  readonly items = new Map<string, Item>();
  /** Changes the condition of a write, told what it updates: for broken variants only. */
  reword: (sentence: string, update: string) => string = (sentence) => sentence;
  /** Told of every item as it is written. */
  onWrite: (pk: string, item: Item) => void = () => {};

  /** The table as one process reaches it: what it is sent there and back takes `latencyMs()`. */
  clientOf(
    process: SimulatedProcess,
    latencyMs: () => number,
    nextFault: () => TableFault,
  ): DynamoDBClient {
    const send = async (command: unknown, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
      const fault = nextFault();
      await process.io(latencyMs() / 2, abortSignal);
      if (fault === "unavailable") {
        await process.io(latencyMs(), abortSignal);
        throw new Error("unavailable");
      }
      let answer = this.#perform(command);
      if (fault === "repeated") answer = this.#perform(command);
      await process.io(latencyMs() / 2, abortSignal);
      if (fault === "answer-lost") throw new Error("the answer was lost");
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { send } as unknown as DynamoDBClient;
  }

  #perform(command: unknown): object | Error {
    if (command instanceof GetItemCommand) return { Item: this.items.get(keyOf(command.input)) };
    if (!(command instanceof UpdateItemCommand)) {
      throw new TypeError("The simulated table does not know this command.");
    }
    const { input } = command;
    const pk = keyOf(input);
    const before = this.items.get(pk);
    const ConditionExpression = this.reword(
      input.ConditionExpression ?? "",
      input.UpdateExpression ?? "",
    );
    if (!holds({ ...input, ConditionExpression }, before)) return refusal(before);
    const after = updated(input, before);
    this.items.set(pk, after);
    this.onWrite(pk, after);
    return { Attributes: after };
  }
}

function keyOf({ Key }: { Key?: Record<string, AttributeValue> | undefined }): string {
  return Key?.["pk"]?.S ?? "";
}

function refusal(item: Item | undefined): Error {
  return new ConditionalCheckFailedException({
    message: "The conditional request failed",
    $metadata: {},
    ...(item ? { Item: { ...item } } : {}),
  });
}

/** `a OR b`, `a AND b`, `attribute_not_exists(#x)`, `#x = :y`, `#x < :y`: all that the store says. */
function holds(input: Input, item: Item | undefined): boolean {
  const sentence = input.ConditionExpression ?? "";
  return sentence
    .split(" OR ")
    .some((option) => option.split(" AND ").every((clause) => clauseHolds(clause, input, item)));
}

function clauseHolds(clause: string, input: Input, item: Item | undefined): boolean {
  const [, name = "", relation, value = ""] =
    /^(?:attribute_not_exists\((#\w+)\)|(#\w+) (=|<) (:\w+))$/.exec(clause)?.filter(Boolean) ?? [];
  const attribute = item?.[input.ExpressionAttributeNames?.[name] ?? ""];
  if (!name) throw new SyntaxError(`The simulated table does not know the clause ${clause}.`);
  if (!relation) return attribute === undefined;
  const wanted = input.ExpressionAttributeValues?.[value];
  if (attribute === undefined) return false;
  return relation === "<" ? Number(attribute.N) < Number(wanted?.N) : same(attribute, wanted);
}

function same(a: AttributeValue, b: AttributeValue | undefined): boolean {
  return a.S === b?.S && a.N === b?.N;
}

/** `SET #a = :a, … REMOVE #b, …`, as the store writes it. */
function updated(input: UpdateItemCommandInput, before: Item | undefined): Item {
  const { UpdateExpression = "", ExpressionAttributeNames: names = {}, Key = {} } = input;
  const { ExpressionAttributeValues: values = {} } = input;
  const [, sets, removes] = /^(?:SET (.*?) ?)?(?:REMOVE (.*))?$/.exec(UpdateExpression) ?? [];
  const after: Record<string, AttributeValue> = { ...before, ...Key };
  for (const assignment of sets?.split(", ") ?? []) {
    const [name = "", value = ""] = assignment.split(" = ");
    Object.assign(after, { [names[name] ?? ""]: values[value] });
  }
  for (const name of removes?.split(", ") ?? []) delete after[names[name] ?? ""];
  return after;
}
