/** The functions that are deployed: the entry files of `functions/`. */
export const functionNames = ["vend-token", "renew-tokens"] as const;

export type FunctionName = (typeof functionNames)[number];
