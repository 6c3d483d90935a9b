/** One caller's patience: an answer is due before `deadlineAt`; `signal` aborts whatever is still running then. */
export interface Call {
  readonly deadlineAt: Date;
  readonly signal: AbortSignal;
}
