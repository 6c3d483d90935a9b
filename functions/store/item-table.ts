import type { Item } from "./attributes.ts";
import type { ItemChange } from "./conditional-write.ts";

/** A table whose items have a key `pk` only. Fails with `store-unavailable`. */
export interface ItemTable {
  /** Strongly consistent. */
  read(pk: string, signal: AbortSignal): Promise<Item | null>;
  /** Two items in one request, each strongly consistent; two requests where DynamoDB is short of capacity. */
  readBoth(
    pk: string,
    other: string,
    signal: AbortSignal,
  ): Promise<readonly [Item | null, Item | null]>;
  /** The item after the change or, if the condition failed, the stored item. */
  write(
    pk: string,
    change: ItemChange,
    signal: AbortSignal,
  ): Promise<{ done: true; item: Item } | { done: false; item: Item | null }>;
}
