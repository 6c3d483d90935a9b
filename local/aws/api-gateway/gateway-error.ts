import type { ServerResponse } from "node:http";
import type { AwsError } from "../json-protocol/aws-json.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
const RESPONSES = {
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    type: "MissingAuthenticationTokenException",
    message: "Missing Authentication Token",
  },
  BAD_REQUEST_BODY: {
    status: 400,
    type: "BadRequestException",
    message: "Invalid request body",
  },
  BAD_REQUEST_PARAMETERS: {
    status: 400,
    type: "BadRequestException",
    message: "Missing required request parameters",
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    type: "RequestTooLargeException",
    message: "Request Too Long",
  },
  INTEGRATION_FAILURE: {
    status: 502,
    type: "InternalServerErrorException",
    message: "Internal server error",
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    type: "InternalServerErrorException",
    message: "Endpoint request timed out",
  },
  INVALID_SIGNATURE: {
    status: 403,
    type: "InvalidSignatureException",
    message: "The request signature is not valid.",
  },
} as const satisfies Readonly<Record<string, GatewayErrorResponse>>;

interface GatewayErrorResponse {
  readonly status: number;
  /** The value of `x-amzn-ErrorType`. */
  readonly type: string;
  readonly message: string;
}

type ResponseType = keyof typeof RESPONSES;

export const responseTypes: readonly string[] = Object.keys(RESPONSES);

/** An error that API Gateway answers itself, without a function's answer. */
export class GatewayError extends Error {
  readonly responseType: ResponseType;
  readonly status: number;
  readonly type: string;

  constructor(
    responseType: ResponseType,
    options: ErrorOptions & Partial<GatewayErrorResponse> = {},
  ) {
    const { status, type, message } = { ...RESPONSES[responseType], ...options };
    super(message, options);
    this.name = "GatewayError";
    this.responseType = responseType;
    this.status = status;
    this.type = type;
  }
}

/** API Gateway answers an invalid signature with 403 and the message of the signature check. */
export function signatureError(cause: AwsError): GatewayError {
  const isMissing = cause.type === RESPONSES.MISSING_AUTHENTICATION_TOKEN.type;
  const responseType = isMissing ? "MISSING_AUTHENTICATION_TOKEN" : "INVALID_SIGNATURE";
  return new GatewayError(responseType, { type: cause.type, message: cause.message, cause });
}

export function sendGatewayError(response: ServerResponse, error: GatewayError): void {
  const { status, type, message } = error;
  response
    .writeHead(status, { "Content-Type": "application/json", "x-amzn-ErrorType": type })
    .end(JSON.stringify({ message }));
}
