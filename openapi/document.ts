import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import { rejectionBody } from "../functions/http/contract.ts";
import { beginBody } from "../functions/http/link-contract.ts";
import { accountPattern, segmentPattern } from "../functions/model/connection.ts";
import { needsConsent, providerIds } from "../functions/providers/catalogue.ts";
import {
  connectionPageSchema,
  consentLinkSchema,
  consentProgressSchema,
  credentialSchema,
  problemSchema,
} from "./answer-schemas.ts";
import { paths } from "./operations.ts";
import { reference } from "./reference.ts";

const schemas = toJsonSchemaDefs(
  {
    Credential: credentialSchema,
    Problem: problemSchema,
    Rejection: rejectionBody,
    ConsentLink: consentLinkSchema,
    ConsentProgress: consentProgressSchema,
    BeginConsent: beginBody,
    ConnectionPage: connectionPageSchema,
  },
  {
    target: "draft-2020-12",
    overrideRef: ({ referenceId }) => reference("schemas", referenceId).$ref,
  },
);

function pathParameter(name: string, description: string, schema: object) {
  return { name, in: "path", required: true, description, schema: { type: "string", ...schema } };
}

const gatewayResponse = (description: string) => ({
  description: `${description} Answered by API Gateway itself, so not a problem document.`,
  content: {
    "application/json": {
      schema: { type: "object", properties: { message: { type: "string" } } },
    },
  },
});

/** The API's OpenAPI 3.1 document, built from the schemas that the code uses. */
export const openApiDocument = {
  openapi: "3.1.1",
  info: {
    title: "Token vending",
    version: "1",
    description:
      "Vends the current, usable credential of a connection to the account's own Lambdas. Every request is signed (Signature Version 4) by a role that may call its path.",
  },
  servers: [
    {
      url: "https://{api}.execute-api.{region}.amazonaws.com/live",
      description:
        "The address is an output of the stack. A private API is reached through its VPC endpoint only.",
      variables: { api: { default: "a1b2c3d4e5" }, region: { default: "eu-west-1" } },
    },
  ],
  security: [{ sigv4: [] }],
  tags: [{ name: "tokens" }, { name: "consents" }, { name: "status" }],
  paths,
  components: {
    securitySchemes: {
      sigv4: {
        type: "apiKey",
        in: "header",
        name: "Authorization",
        description: "AWS Signature Version 4, for the service execute-api.",
        "x-amazon-apigateway-authtype": "awsSigv4",
      },
    },
    parameters: {
      Provider: pathParameter("provider", "The provider's id.", { enum: providerIds }),
      ConsentProvider: pathParameter("provider", "A provider that needs a person's consent.", {
        enum: providerIds.filter(needsConsent),
      }),
      Environment: pathParameter("environment", "The provider's environment.", {
        pattern: segmentPattern.source,
      }),
      Account: pathParameter(
        "account",
        "One credential or consent; `default` where there is only one.",
        {
          pattern: accountPattern.source,
        },
      ),
      ConsentId: pathParameter("id", "The id that came with a link.", {}),
    },
    responses: {
      Forbidden: gatewayResponse(
        "The signature is missing or wrong, its role may not call this path, or the realm has no such path: one without consents has none below `/v1/consents`.",
      ),
      TooManyRequests: gatewayResponse("Too many requests: sign and send it again later."),
    },
    schemas,
  },
};

/** The content of docs/openapi.json. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument, null, 2)}\n`;
}
