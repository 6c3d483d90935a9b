/** One request to token vending. */
export interface TransportRequest {
  /** `provider/environment/account`. */
  readonly connection: string;
  /** Whole seconds for which the token must be usable yet. */
  readonly minValiditySeconds?: number;
  /** The version that the provider answered 401 to: reject it, then vend. */
  readonly rejectedVersion?: number;
}

/**
 * Carries one request to token vending, once, and returns its JSON as an invocation answers it: a credential, or
 * `{ problem }`. Whatever it throws becomes a `TokenClientError`: `malformed-answer` for a `SyntaxError`, else
 * `unreachable`, which is not retryable if the error has a `$metadata.httpStatusCode` below 500 other than 429. An error's
 * name is told and its message is not, for it may quote the answer.
 *
 * `signal` ends the request: no caller waits for it any more, or its time is up.
 */
export type Transport = (request: TransportRequest, signal: AbortSignal) => Promise<unknown>;

/** Token vending was not reached, in the shape of the AWS SDK's errors. */
export function transportError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}
