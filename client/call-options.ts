/** The limits of one call. */
export interface CallOptions {
  /** Aborts this call with the signal's own reason. Other callers that wait for the same token are not affected. */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * Lambda's context. The call ends half a second before the function would be killed, and until then retries retryable
   * problems (the client's `retries`). Without a context a failed call is not retried, and one that only has to wait (for
   * another process's renewal, for a handover) waits for `timeoutMs` in all.
   */
  readonly context?: { getRemainingTimeInMillis(): number } | undefined;
}

export interface VendOptions extends CallOptions {
  /**
   * Whole seconds for which the token must remain usable (default 0). A requirement: more than the provider grants is
   * the problem `validity-unavailable`.
   */
  readonly minValiditySeconds?: number | undefined;
}
