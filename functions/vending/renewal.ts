import { VendingError } from "../model/errors.ts";
import type { TokenRecord } from "../model/token-record.ts";

/** What became of a renewal, and the record as it then stood. `lost`: the lease went to someone else. */
export type Renewal =
  | { readonly outcome: "committed"; readonly record: TokenRecord }
  | { readonly outcome: "lost"; readonly record: TokenRecord | null }
  | {
      readonly outcome: "failed";
      readonly record: TokenRecord | null;
      /** What went wrong in this attempt. */
      readonly problem: VendingError;
    };

/** The lease ended before what was obtained under it could be stored. */
export function overtaken(record: TokenRecord | null): Renewal {
  const detail = "Another process took over before the new token was stored.";
  return {
    outcome: "failed",
    record,
    problem: new VendingError("renewal-in-progress", detail, 1),
  };
}
