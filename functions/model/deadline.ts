/** By when one request must be answered. `signal` aborts whatever is still running shortly after `at`. */
export interface Deadline {
  readonly at: Date;
  readonly signal: AbortSignal;
  /** A caller's renewals keep the schedule renewing; the schedule's own do not. */
  readonly onBehalfOf: "caller" | "schedule";
}
