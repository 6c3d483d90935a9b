import { AwsError } from "../json-protocol/aws-json.ts";
import type { FunctionFailure } from "./lambda-messages.ts";

export function timedOut(requestId: string, timeoutMs: number): FunctionFailure {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export function exited(requestId: string, exit: ProcessExit): FunctionFailure {
  return {
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: Runtime exited ${reasonOf(exit)}`,
  };
}

function reasonOf({ code, signal }: ProcessExit): string {
  if (signal) return `with error: signal: ${signal === "SIGKILL" ? "killed" : signal}`;
  return code === 0 ? "without providing a reason" : `with error: exit status ${code}`;
}

// Errors that the Lambda API answers without an invocation.
export const functionNotFound = (arn: string) =>
  new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, { status: 404 });

/** The reasons of Lambda's API reference (Invoke, `TooManyRequestsException`). */
export type ThrottleReason =
  | "ReservedFunctionInvocationLimitExceeded"
  | "ConcurrentInvocationLimitExceeded";

export class TooManyRequests extends AwsError {
  readonly reason: ThrottleReason;

  constructor(reason: ThrottleReason) {
    super("TooManyRequestsException", "Rate Exceeded.", { status: 429 });
    this.reason = reason;
  }
}
