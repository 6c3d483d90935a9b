/** Parameters in the order in which they are sent; a name may occur several times. */
export type Parameters = readonly [name: string, value: string][];

/** What kind of tokens is wanted, and what for: the same in every request of a realm. */
export interface TokenPurpose {
  /** Whether they are bound to a key (RFC 9449). */
  readonly dpop?: boolean | undefined;
  readonly audience?: string | undefined;
  /** RFC 8707 §2. */
  readonly resource?: string | readonly string[] | undefined;
}
