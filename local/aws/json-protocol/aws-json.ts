import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";

export class AwsError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, options: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.name = "AwsError";
    this.type = type;
    this.status = options.status ?? 400;
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, {
      "Content-Type": "application/x-amz-json-1.1",
      "x-amzn-RequestId": randomUUID(),
    })
    .end(JSON.stringify(body));
}

export function sendError(response: ServerResponse, error: AwsError): void {
  response.setHeader("x-amzn-ErrorType", error.type);
  sendJson(response, error.status, {
    __type: error.type,
    // Services differ in the case of this member; SDKs read both.
    message: error.message,
    Message: error.message,
  });
}

/** `errorType` is the service's error for a body that is not JSON. */
export function parseJsonRequest(body: string, errorType: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw notJson(errorType, cause);
  }
}

const notJson = (errorType: string, cause: unknown) =>
  new AwsError(errorType, "Could not parse request body into json", { cause });
