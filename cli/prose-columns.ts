import type { Screen } from "./command.ts";

/** Text is not wider on a wide terminal: long lines are hard to read. */
export function proseColumns({ columns }: Screen): number {
  return Math.max(20, Math.min(columns ?? 80, 80));
}
