/** What bounds one call. */
export interface CallOptions {
  /** Ends this call, with the signal's own reason; others who wait for the same token are not disturbed. */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * Lambda's context. The call ends half a second before the function would be killed, and until then waits out problems
   * that pass (`retries` of the client). Without it a call is tried once.
   */
  readonly context?: { getRemainingTimeInMillis(): number } | undefined;
}

export interface VendOptions extends CallOptions {
  /**
   * Whole seconds for which the token must be usable yet; 0 if unsaid. A demand, not a wish: more than the provider
   * grants is `validity-unavailable`.
   */
  readonly minValiditySeconds?: number | undefined;
}
