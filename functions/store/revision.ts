import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Revision } from "../model/token-record.ts";
import type { Item } from "./attributes.ts";
import type { ItemChange } from "./update-item.ts";

/** Releases before 0.2 change fence and lease, but no revision. */
export const recordRevision = ["fence", "leaseOwner", "revision"];

/** A claim has no other attributes. */
export const claimRevision = ["scopeOwner", "scopeUntil"];

/** The attributes as they are, damaged or not: whoever has seen them can replace them. */
export function revisionOf(item: Item, names: readonly string[]): Revision {
  return { opaque: Object.fromEntries(names.map((name) => [name, item[name]])) };
}

/** The condition that an item is still as it was seen. */
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

function seenName(name: string): string {
  return `seen_${name}`;
}
