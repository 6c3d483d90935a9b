import type { CommandFailure } from "./failure.ts";
import { cliFailure } from "./failure.ts";

/** An error of the SDK, as what it means to whoever sits at the terminal. */
export function failureOfAwsError(error: unknown): CommandFailure {
  const { name = "Error", message = "", code = "", $metadata } = Object(error);
  const status = $metadata?.httpStatusCode;
  if (/Credentials|Token(Provider)?Error|Sso/i.test(name) && status === undefined) {
    return cliFailure("no-credentials", "There are no AWS credentials", firstLine(message));
  }
  if (name === "ResourceNotFoundException") {
    return cliFailure("no-function", "There is no such function", firstLine(message));
  }
  if (status === 403 || deniedErrorNames.test(name)) {
    return cliFailure("not-allowed", "AWS does not let you", `${name}: ${firstLine(message)}`);
  }
  const detail = firstLine(message) || String(code);
  return cliFailure("not-reached", "Lambda was not reached", `${name}: ${detail}`);
}

/** Keys that are unknown, expired or wrong, and rights that are missing. */
const deniedErrorNames = /AccessDenied|UnrecognizedClient|InvalidClientToken|Expired|Signature/;

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
