import type { Counters } from "./counters.ts";
import type { Fault } from "./faults.ts";
import type { JournalEntry } from "./journal.ts";
import type { Settings } from "./settings.ts";

/** What a test does with any simulator, in process or over HTTP. */
export interface Controls {
  readonly journal: readonly JournalEntry[];
  readonly counters: Counters;
  readonly settings: Settings;
  injectFault(fault: Fault): void;
  /** Forgets every fault that has not been played. Settings stay. */
  clearFaults(): void;
}
