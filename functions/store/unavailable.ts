import { VendingError } from "../model/errors.ts";

/** DynamoDB did not answer. The SDK's error stays behind: it may hold the request. */
export function unavailable(error: unknown): VendingError {
  const name = error instanceof Error ? error.name : "unknown error";
  return new VendingError("store-unavailable", `DynamoDB did not answer (${name}).`, 1);
}
