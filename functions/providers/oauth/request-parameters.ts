/** Parameters in the order in which they are sent; a name may occur several times. */
export type Parameters = readonly [name: string, value: string][];

/** What the tokens are wanted for, the same in every request of a realm. */
export interface TokenPurpose {
  readonly audience?: string | undefined;
  /** RFC 8707 §2. */
  readonly resource?: string | readonly string[] | undefined;
}

/** What every request of a realm says, at the authorization endpoint as at the token endpoint, besides its grant. */
export function purposeParameters(
  { audience, resource = [] }: TokenPurpose,
  constant: Readonly<Record<string, string>> = {},
): Parameters {
  const resources = [resource].flat().map((each): [string, string] => ["resource", each]);
  const audiences = audience ? { audience } : {};
  return [...Object.entries(audiences), ...resources, ...Object.entries(constant)];
}
