import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Lease, TokenRecord } from "../../functions/model/token-record.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import type { ObservedWrite } from "./check-transitions.ts";
import type { ProxiedRequest } from "./stack-faulty-proxy.ts";

/** The purpose of a request to the table. */
export type TableUse = "read" | "lease" | "claim" | "commit" | "fail" | "late" | "other";

export function tableUseOf({ operation, body }: ProxiedRequest): TableUse {
  // The second reads the freeze of the realm, too.
  if (operation === "GetItem" || operation === "BatchGetItem") return "read";
  if (operation !== "UpdateItem") return "other";
  const { UpdateExpression } = JSON.parse(body) as { UpdateExpression: string };
  const [sets = ""] = UpdateExpression.split(" REMOVE ");
  const use = usesBySet.find(([attribute]) => sets.includes(`#${attribute} =`));
  return use?.[1] ?? "other";
}

/** The attribute that identifies each kind of write. */
const usesBySet = [
  ["leaseOwner", "lease"],
  ["scopeOwner", "claim"],
  ["sealed", "commit"],
  ["failure", "fail"],
  ["ledger", "late"],
] as const;

/** A record before and after one write that took effect. */
export interface Write {
  readonly at: number;
  readonly use: TableUse;
  readonly before: TokenRecord | null;
  readonly after: TokenRecord;
}

/** The history of a connection's record, from the proxied requests to the table. */
export function historyOf(passed: readonly ProxiedRequest[], connection: string): Write[] {
  const history: Write[] = [];
  for (const passing of passed) {
    const { answer } = passing;
    const use = tableUseOf(passing);
    if (answer?.status !== 200 || use === "read" || use === "other") continue;
    if (keyOf(passing) !== connection) continue;
    const before = history.at(-1)?.after ?? null;
    history.push({ at: answer.at, use, before, after: readRecord(itemIn(answer.content) ?? {}) });
  }
  return history;
}

/** What requests to the table did to records and claims, in the order in which they took effect. */
export function tableWrites(
  passed: readonly Pick<ProxiedRequest, "operation" | "body" | "answer">[],
): ObservedWrite[] {
  const items = new Map<string, Item>();
  return passed.flatMap(({ operation, body, answer }) => {
    const pk = answer?.status === 200 && operation === "UpdateItem" ? keyOf({ body }) : null;
    if (!answer || pk === null || /\/~(consent|code)\//.test(pk)) return [];
    const before = items.get(pk) ?? null;
    const after = itemIn(answer.content) ?? without(before, body);
    items.set(pk, after);
    return { pk, at: answer.at, before, after };
  });
}

function keyOf({ body }: Pick<ProxiedRequest, "body">): string {
  return JSON.parse(body).Key.pk.S;
}

/** Decodes an item of the wire format, in which binary attributes are Base64. Null for an answer without one. */
function itemIn(content: Buffer): Item | null {
  const item: Item | undefined = JSON.parse(content.toString()).Attributes;
  if (!item) return null;
  const decoded = Object.entries(item).map(([name, value]) => [name, decodedValue(value)]);
  return Object.fromEntries(decoded);
}

function decodedValue(value: AttributeValue): AttributeValue {
  return value.B ? { B: Buffer.from(value.B as unknown as string, "base64") } : value;
}

/** Pruning asks for no answer; it only removes. */
function without(item: Item | null, body: string): Item {
  const { UpdateExpression, ExpressionAttributeNames = {} } = JSON.parse(body);
  const [, removes = ""] = UpdateExpression.split("REMOVE ");
  const removed = removes.split(", ").map((name: string) => ExpressionAttributeNames[name]);
  const kept = Object.entries(item ?? {}).filter(([name]) => !removed.includes(name));
  return Object.fromEntries(kept);
}

/** A granted lease, with the record before it. */
export interface GrantedLease extends Lease {
  readonly at: number;
  readonly fence: number;
  readonly before: TokenRecord | null;
}

export function leasesIn(history: readonly Write[]): GrantedLease[] {
  return history.flatMap(({ at, use, before, after }) =>
    use === "lease" && after?.lease ? [{ ...after.lease, at, fence: after.fence, before }] : [],
  );
}
