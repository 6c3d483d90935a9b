/** Parameters in the order in which they are sent; a name may occur several times. */
export type Parameters = readonly [name: string, value: string][];

/** What the tokens are wanted for, the same in every request of a realm. */
export interface TokenPurpose {
  readonly audience?: string | undefined;
  /** RFC 8707 §2. */
  readonly resource?: string | readonly string[] | undefined;
}
