import type { ServerResponse } from "node:http";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
const RESPONSES = {
  "missing-authentication-token": {
    status: 403,
    type: "MissingAuthenticationTokenException",
    message: "Missing Authentication Token",
  },
  "request-too-large": {
    status: 413,
    type: "RequestTooLargeException",
    message: "Request Too Long",
  },
  "integration-failure": {
    status: 502,
    type: "InternalServerErrorException",
    message: "Internal server error",
  },
  "integration-timeout": {
    status: 504,
    type: "InternalServerErrorException",
    message: "Endpoint request timed out",
  },
} as const;

/** What API Gateway answers itself, where it has no answer of a function's. */
export class GatewayError extends Error {
  readonly code: keyof typeof RESPONSES;

  constructor(code: keyof typeof RESPONSES, options?: ErrorOptions) {
    super(RESPONSES[code].message, options);
    this.name = "GatewayError";
    this.code = code;
  }
}

export function sendGatewayError(response: ServerResponse, { code }: GatewayError): void {
  const { status, type, message } = RESPONSES[code];
  response
    .writeHead(status, { "Content-Type": "application/json", "x-amzn-ErrorType": type })
    .end(JSON.stringify({ message }));
}
