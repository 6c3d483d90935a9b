import { BatchGetItemCommand, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import { keysOf } from "../support/memory-table.ts";
import type { ExploredProcess } from "./explored-process.ts";
import { changeBetween, isConnection, recordIn, summaryOf } from "./record-lens.ts";
import type { Effect, Outcome, Request } from "./request.ts";
import type { ExploredWorld } from "./world.ts";

const noAnswer: Outcome<never> = { error: new Error("no answer") };

/** A command to the table, as a request that waits for its turn. */
export function tableRequest(
  world: ExploredWorld,
  process: ExploredProcess,
  command: object,
): Request<object> {
  const keys = keysOf(command);
  const { items } = world.table;
  return {
    to: "table",
    what: whatOf(command, keys),
    content: () => JSON.stringify((command as GetItemCommand).input),
    perform: () => perform(world, process, command, keys),
    hasEffect: () => world.table.wouldWrite(command),
    bringsNews: () =>
      keys.some((pk) => !process.seen.has(pk) || process.seen.get(pk) !== items.get(pk)),
    dependsOn: keys.map((pk) => ({ of: `table ${pk}`, isWrite: false })),
    failure: () => noAnswer,
  };
}

function whatOf(command: object, keys: readonly string[]): string {
  const named = keys.map((pk) => pk.slice(pk.lastIndexOf("/") + 1).slice(0, 12)).join(", ");
  const isRead = command instanceof GetItemCommand || command instanceof BatchGetItemCommand;
  if (isRead) return `reads ${named}`;
  if (command instanceof QueryCommand) return "asks the index";
  return `writes ${named}`;
}

function perform(
  world: ExploredWorld,
  process: ExploredProcess,
  command: object,
  keys: readonly string[],
): Effect<object> {
  const { items } = world.table;
  world.requireOwn(keys);
  const before = keys.map((pk) => items.get(pk));
  const { answer, read, written } = world.table.perform(command);
  const after = keys.map((pk) => items.get(pk));
  const isRefused = answer instanceof Error;
  for (const [at, pk] of keys.entries()) {
    if (written.includes(pk)) world.written(process.name, pk, before[at], after[at]);
  }
  const knownDead = keys
    .filter(isConnection)
    .map((pk) => [pk, world.promises.knownDead(pk)] as const);
  return {
    outcome: isRefused ? { error: answer } : { value: answer },
    touches: [
      ...read.map((pk) => ({ of: `table ${pk}`, isWrite: false })),
      ...written.map((pk) => ({ of: `table ${pk}`, isWrite: true })),
    ],
    mark: () => `${isRefused} ${after.map(markOf).join(" ")} ${knownDead.join(" ")}`,
    tell: () => {
      const said = keys.map((_, at) => told(before[at], after[at], written.length > 0));
      return `${isRefused ? "refused: " : ""}${said.join("; ")}`;
    },
    onHeard() {
      for (const [at, pk] of keys.entries()) process.seen.set(pk, after[at]);
      for (const [pk, dead] of knownDead) process.knownDead.set(pk, dead);
    },
  };
}

const marks = new WeakMap<TableItem, string>();

/** Items are never changed, only replaced. */
export function markOf(item: TableItem | undefined): string {
  if (!item) return "-";
  const known = marks.get(item);
  if (known) return known;
  const mark = JSON.stringify(item);
  marks.set(item, mark);
  return mark;
}

/** What is told of rows that are neither records nor claims, by a part of their keys. */
const toldOfRows: Readonly<Record<string, (after: TableItem | undefined) => string>> = {
  "/~consent/": linkTold,
  "/~code/": (after) => `claimed by ${after?.["claimant"]?.S ?? "nobody"}`,
  "/~asked/": () => "a person was asked",
};

function linkTold(after: TableItem | undefined): string {
  if (!after) return "the link is used up";
  const browser = after["browser"]?.S;
  return browser ? `the link belongs to ${browser.slice(0, 6)}` : "the link is open";
}

function told(
  before: TableItem | undefined,
  after: TableItem | undefined,
  isWritten: boolean,
): string {
  const pk = (after ?? before)?.["pk"]?.S ?? "";
  const row = Object.keys(toldOfRows).find((part) => pk.includes(part));
  if (row) return toldOfRows[row]?.(after) ?? "";
  if (pk === "" || pk.endsWith("/~freeze")) return "";
  if (!isConnection(pk)) return `owned by ${after?.["scopeOwner"]?.S ?? "nobody"}`;
  if (isWritten) return changeBetween(recordIn(before), recordIn(after));
  return summaryOf(recordIn(after));
}
