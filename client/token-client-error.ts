import type { Problem } from "../functions/http/contract.ts";

/**
 * Why there is no credential: a problem's code (docs/operations.md has a section for each), or
 *
 * - `unreachable`: token vending gave no answer: no network, IAM's refusal, a throttle, a function that failed;
 * - `timeout`: no answer in time;
 * - `malformed-answer`: an answer that cannot be understood, or that is for another connection.
 */
export type TokenClientErrorCode = Problem["code"] | "unreachable" | "timeout" | "malformed-answer";

/**
 * No credential, and why. Never holds a token: it is made of token vending's own words, and of names (never messages) of
 * other errors. So it has no `cause`.
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
  /** The same call may succeed later; after `retryAfterSeconds`, where that is known. */
  declare readonly retryable: boolean;
  declare readonly retryAfterSeconds: number | null;
  /** What token vending answered (RFC 9457); null where it did not. */
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
