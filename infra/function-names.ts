/** The deployed functions: the entry files of `functions/`. */
export const functionNames = [
  "vend-token",
  "renew-tokens",
  "list-connections",
  "begin-consent",
  "complete-consent",
  "publish-events",
] as const;

export type FunctionName = (typeof functionNames)[number];
