/** One request to token vending. */
export interface TransportRequest {
  /** `provider/environment/account`. */
  readonly connection: string;
  /** Whole seconds for which the token must remain usable. */
  readonly minValiditySeconds?: number;
  /** The version that the provider answered with 401: reject it, then vend. */
  readonly rejectedVersion?: number;
  /** The request that a proof is for: its method, a space and its address. */
  readonly proofFor?: string;
  readonly proofNonce?: string;
  /** The id of a link: ask what came of it, instead of vending. */
  readonly consentId?: string;
}

/**
 * Sends one request to token vending, once, and returns the JSON that an invocation returns: a credential, what came of a
 * link, or `{ problem }`. Any error that it throws becomes a `TokenClientError`: `malformed-answer` for a `SyntaxError`, else
 * `unreachable`, which is not retryable if the error has a `$metadata.httpStatusCode` below 500 other than 429. Only the
 * error's name is kept, not its message, which may quote the answer.
 *
 * `signal` aborts the request: its timeout has passed, or no caller waits for it any more.
 */
export type Transport = (request: TransportRequest, signal: AbortSignal) => Promise<unknown>;

/** An error in the shape of the AWS SDK's, for a request that token vending did not answer. */
export function transportError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}
