import { VendingError } from "../../model/errors.ts";
import type { TokenRecord } from "../../model/token-record.ts";

/** How a renewal ended, and the record at that moment. */
export type Renewal =
  /** The provider has issued a token, or vouched for the stored key. */
  | { readonly outcome: "committed"; readonly record: TokenRecord }
  /** The stored key is still the secret's value; the provider was not asked. */
  | { readonly outcome: "kept"; readonly record: TokenRecord }
  /** Another process has the lease. */
  | { readonly outcome: "lost"; readonly record: TokenRecord | null }
  | {
      readonly outcome: "failed";
      readonly record: TokenRecord | null;
      /** What went wrong in this attempt. */
      readonly problem: VendingError;
    };

/** Another process took the lease over before this one could store its token. */
export function overtaken(record: TokenRecord | null): Renewal {
  const detail = "Another process took over before the new token was stored.";
  return {
    outcome: "failed",
    record,
    problem: new VendingError("renewal-in-progress", detail, 1),
  };
}
