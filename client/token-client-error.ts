import type { Problem } from "../functions/http/contract.ts";

/**
 * Why there is no credential: the code of a problem (each has a section in docs/operations.md), or
 *
 * - `unreachable`: token vending did not answer (no network, denied by IAM, throttled, the function failed);
 * - `timeout`: it did not answer in time;
 * - `malformed-answer`: its answer cannot be parsed, or is for another connection.
 */
export type TokenClientErrorCode = Problem["code"] | "unreachable" | "timeout" | "malformed-answer";

/**
 * Thrown when there is no credential. It never contains a token: its text comes from token vending's own problems and
 * from the names (never the messages) of other errors. It has no `cause` for the same reason.
 *
 * @example
 * ```ts
 * import type { TokenClient } from "./client/token-client.ts";
 * import { TokenClientError } from "./client/token-client-error.ts";
 *
 * export async function pingOrWait(conferma: TokenClient): Promise<number> {
 *   try {
 *     await conferma.fetch("https://api.conferma.example/v1/ping");
 *     return 0;
 *   } catch (error) {
 *     if (error instanceof TokenClientError && error.retryable) return error.retryAfterSeconds ?? 1;
 *     throw error;
 *   }
 * }
 * ```
 */
export class TokenClientError extends Error {
  override readonly name = "TokenClientError";
  /** `provider/environment/account`. */
  declare readonly connection: string;
  declare readonly code: TokenClientErrorCode;
  /** Whether the same call may succeed later, after `retryAfterSeconds` where that is known. */
  declare readonly retryable: boolean;
  declare readonly retryAfterSeconds: number | null;
  /** The problem that token vending answered (RFC 9457); null where it did not answer one. */
  declare readonly problem: Problem | null;

  constructor(
    connection: string,
    code: TokenClientErrorCode,
    detail: string,
    details: Partial<Pick<TokenClientError, "retryable" | "retryAfterSeconds" | "problem">> = {},
  ) {
    super(`${connection}: ${code}: ${detail}`);
    this.connection = connection;
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    this.problem = details.problem ?? null;
  }
}
