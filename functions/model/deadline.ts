/** One caller's patience: an answer is due before `deadlineAt`; `signal` aborts whatever is still running then. */
export interface Call {
  readonly deadlineAt: Date;
  readonly signal: AbortSignal;
  /** The schedule keeps alive what callers have asked for lately, and is no caller itself. */
  readonly onBehalfOf: "caller" | "schedule";
}
