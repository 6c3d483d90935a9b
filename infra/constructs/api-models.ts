import { toJsonSchema } from "@valibot/to-json-schema";
import type { JsonSchema } from "aws-cdk-lib/aws-apigateway";
import { JsonSchemaVersion } from "aws-cdk-lib/aws-apigateway";
import { rejectionBody } from "../../functions/http/contract.ts";

/** The body of `POST …/rejections`, as the code reads it. API Gateway knows draft 4; nothing here is newer. */
export const rejectionSchema = modelOf(rejectionBody);

function modelOf(schema: Parameters<typeof toJsonSchema>[0]): JsonSchema {
  const { $schema: _, ...rest }: object & { $schema?: string | undefined } = toJsonSchema(schema, {
    target: "draft-07",
  });
  return { ...rest, schema: JsonSchemaVersion.DRAFT4 };
}
