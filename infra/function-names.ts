/** The functions that are deployed: the entry files of `functions/`. */
export const functionNames = ["vend-token"] as const;

export type FunctionName = (typeof functionNames)[number];
