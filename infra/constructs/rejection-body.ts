import { toJsonSchema } from "@valibot/to-json-schema";
import type { JsonSchema } from "aws-cdk-lib/aws-apigateway";
import { JsonSchemaVersion, ResponseType } from "aws-cdk-lib/aws-apigateway";
import { rejectionBody } from "../../functions/http/contract.ts";

/** The body of `POST …/rejections`. API Gateway supports draft 4; the schema uses nothing newer. */
export const rejectionSchema = apiGatewaySchema(rejectionBody);

function apiGatewaySchema(schema: Parameters<typeof toJsonSchema>[0]): JsonSchema {
  const { $schema: _, ...rest }: object & { $schema?: string | undefined } = toJsonSchema(schema, {
    target: "draft-07",
  });
  return { ...rest, schema: JsonSchemaVersion.DRAFT4 };
}

/** The same problem that the function would answer (functions/http/problem.ts). */
const invalidBodyProblem = {
  type: "https://token-vending.example/problems/invalid-request",
  title: "The request is not valid",
  status: 400,
  code: "invalid-request",
  detail:
    "version: must be a whole number of at least 1. Beside it there may be proofFor, like GET https://example.com, and proofNonce.",
  retryable: false,
};

/** What API Gateway answers for a body that does not match the schema. */
export const invalidBodyResponse = {
  type: ResponseType.BAD_REQUEST_BODY,
  statusCode: "400",
  responseHeaders: {
    "Content-Type": "'application/problem+json'",
    "Cache-Control": "'no-store'",
  },
  templates: { "application/json": JSON.stringify(invalidBodyProblem) },
};
