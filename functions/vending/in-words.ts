import { VendingError } from "../model/errors.ts";

/** An error as the log may show it: of one that is not ours the name alone, for its message may hold anything. */
export function inWords(error: unknown): { code: string; detail: string } {
  if (error instanceof VendingError) return { code: error.code, detail: error.message };
  return { code: "internal", detail: error instanceof Error ? error.name : typeof error };
}
