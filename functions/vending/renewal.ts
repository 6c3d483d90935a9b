import type { TokenRecord } from "../model/token-record.ts";

/** What became of a renewal, and the record as it then stood. `lost`: the lease went to someone else. */
export interface Renewal {
  readonly outcome: "committed" | "failed" | "lost";
  readonly record: TokenRecord | null;
}
