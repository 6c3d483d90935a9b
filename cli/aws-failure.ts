import type { Failure } from "./failure.ts";
import { unreached } from "./failure.ts";

/** An error of the SDK, as what it means to whoever sits at the terminal. */
export function awsFailure(error: unknown): Failure {
  const { name = "Error", message = "", code = "", $metadata } = Object(error);
  const status = $metadata?.httpStatusCode;
  if (/Credentials|Token(Provider)?Error|Sso/i.test(name) && status === undefined) {
    return unreached("no-credentials", "There are no AWS credentials", firstLine(message));
  }
  if (name === "ResourceNotFoundException") {
    return unreached("no-function", "There is no such function", firstLine(message));
  }
  if (status === 403 || notAllowed.test(name)) {
    return unreached("not-allowed", "AWS does not let you", `${name}: ${firstLine(message)}`);
  }
  const detail = firstLine(message) || String(code);
  return unreached("not-reached", "Lambda was not reached", `${name}: ${detail}`);
}

/** Keys that are unknown, expired or wrong, and rights that are missing. */
const notAllowed = /AccessDenied|UnrecognizedClient|InvalidClientToken|Expired|Signature/;

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
