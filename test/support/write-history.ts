import type { Lease, TokenRecord } from "../../functions/model/token-record.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import type { ProxiedRequest } from "./stack-faulty-proxy.ts";

/** The purpose of a request to the table. */
export type TableUse = "read" | "lease" | "claim" | "commit" | "fail" | "late" | "other";

export function tableUseOf({ operation, body }: ProxiedRequest): TableUse {
  if (operation === "GetItem") return "read";
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
    history.push({ at: answer.at, use, before, after: itemIn(answer.content) });
  }
  return history;
}

function keyOf({ body }: ProxiedRequest): string {
  return JSON.parse(body).Key.pk.S;
}

/** Decodes an item of the wire format, in which binary attributes are Base64. */
function itemIn(content: Buffer): TokenRecord {
  const item: Item = JSON.parse(content.toString()).Attributes;
  const sealed = item["sealed"]?.B as unknown as string | undefined;
  return readRecord(sealed ? { ...item, sealed: { B: Buffer.from(sealed, "base64") } } : item);
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
