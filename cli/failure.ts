import type { Problem } from "../functions/http/contract.ts";

/** A command line that is not understood, in words for whoever wrote it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What kept a command from being carried out: a problem of token vending, or one on the way to it. */
export type CliProblem =
  | Problem
  | { readonly code: CliProblemCode; readonly title: string; readonly detail: string };

/** Why token vending was not reached, or did not answer. */
export type CliProblemCode =
  | "no-function"
  | "no-credentials"
  | "not-allowed"
  | "not-reached"
  | "function-failed"
  | "no-code";

export class CommandFailure extends Error {
  override readonly name = "Failure";
  readonly problem: CliProblem;

  constructor(problem: CliProblem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Fails with a problem that is not token vending's own. */
export function cliFailure(code: CliProblemCode, title: string, detail: string): CommandFailure {
  return new CommandFailure({ code, title, detail });
}
