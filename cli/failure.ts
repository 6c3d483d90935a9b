import type { Problem } from "../functions/http/contract.ts";

/** A command line that cannot be parsed; the message is for the person who wrote it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Why a command failed: a problem that token vending answered, or one found by the command line itself. */
export type CliProblem =
  | Problem
  | { readonly code: CliProblemCode; readonly title: string; readonly detail: string };

/** Why token vending was not called, or did not answer, or why a secret was not put. */
export type CliProblemCode =
  | "no-function"
  | "no-credentials"
  | "not-allowed"
  | "not-reached"
  | "function-failed"
  | "no-logs"
  | "logs-not-allowed"
  | "no-code"
  | "no-metadata"
  | "no-consent"
  | "no-value"
  | "no-previous"
  | "secret-invalid"
  | "secret-refused"
  | "secret-untried"
  | "secret-pending"
  | "secret-changed"
  | "secret-deleted"
  | "secret-not-reached"
  | "not-adopted"
  | "no-table"
  | "no-port"
  | "table-not-allowed"
  | "no-record"
  | "newer-record";

export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly problem: CliProblem;

  constructor(problem: CliProblem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** A failure that token vending did not report itself. */
export function cliFailure(code: CliProblemCode, title: string, detail: string): CommandFailure {
  return new CommandFailure({ code, title, detail });
}

/** Translates an error of the AWS SDK. `service` is asked. */
export function failureOfAwsError(error: unknown, service = "Lambda"): CommandFailure {
  const { name = "Error", message = "", code = "", $metadata } = Object(error);
  const status = $metadata?.httpStatusCode;
  if (/Credentials|Token(Provider)?Error|Sso/i.test(name) && status === undefined) {
    return cliFailure("no-credentials", "No AWS credentials were found", firstLine(message));
  }
  if (name === "ResourceNotFoundException") {
    return cliFailure("no-function", "There is no such function", firstLine(message));
  }
  if (status === 403 || deniedErrorNames.test(name)) {
    return cliFailure("not-allowed", "AWS denied access", `${name}: ${firstLine(message)}`);
  }
  const detail = firstLine(message) || String(code);
  return cliFailure("not-reached", `${service} could not be reached`, `${name}: ${detail}`);
}

/** Unknown, expired or wrong keys, and missing permissions. */
const deniedErrorNames = /AccessDenied|UnrecognizedClient|InvalidClientToken|Expired|Signature/;

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
