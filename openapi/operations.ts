import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { listRequest, vendQuery } from "../functions/http/contract.ts";
import { connectionPageExample, consentLinkExample, credentialExamples } from "./examples.ts";
import { problemResponses, problemsByOperation } from "./problem-responses.ts";
import { reference } from "./reference.ts";

const connectionParameters = ["Provider", "Environment", "Account"].map((name) =>
  reference("parameters", name),
);

/** What is asked, as API Gateway routes it. */
export const paths = {
  "/v1/tokens/{provider}/{environment}/{account}": {
    get: {
      operationId: "vendToken",
      tags: ["tokens"],
      summary: "Vend the current, usable credential of a connection",
      description:
        "By whatever path: the token that is held, the one that somebody else is about to get, or a new one. Callers may keep it until `usableUntil`.",
      parameters: [
        ...connectionParameters,
        ...queryParameters(vendQuery, {
          minValiditySeconds:
            "The credential must be usable for at least this long. Where renewal may happen early this causes one; where it is forbidden the caller waits for the handover, if that comes in time.",
        }),
      ],
      responses: {
        "200": jsonResponse("A usable credential.", "Credential", credentialExamples),
        ...problemResponses(problemsByOperation.vending),
      },
    },
  },
  "/v1/tokens/{provider}/{environment}/{account}/rejections": {
    post: {
      operationId: "rejectToken",
      tags: ["tokens"],
      summary: "Report that the provider answered 401 to a version, and vend",
      description:
        "An older version than the current one costs nothing: the current credential is the answer. However many callers reject the same version, one token is issued. Never report a 403.",
      parameters: connectionParameters,
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: reference("schemas", "Rejection"),
            examples: { rejection: { value: { version: 12 } } },
          },
        },
      },
      responses: {
        "200": jsonResponse(
          "A credential of another version, or the same one confirmed.",
          "Credential",
          credentialExamples,
        ),
        ...problemResponses(problemsByOperation.vending),
      },
    },
  },
  "/v1/consents/{provider}/{environment}/{account}": {
    post: {
      operationId: "beginConsent",
      tags: ["consents"],
      summary: "Make a one-time link for the person who is to consent",
      description:
        "For providers whose access a person grants in a browser. The link leads to one consent, in one browser, within minutes.",
      parameters: [reference("parameters", "ConsentProvider"), ...connectionParameters.slice(1)],
      responses: {
        "200": jsonResponse("The link.", "ConsentLink", { link: consentLinkExample }),
        ...problemResponses(problemsByOperation.consents),
      },
    },
  },
  "/v1/connections": {
    get: {
      operationId: "listConnections",
      tags: ["status"],
      summary: "Status of every connection that was ever asked for",
      description:
        "Never a token, sealed or not. Up to a hundred connections a page, by realm and name.",
      parameters: queryParameters(listRequest, {
        realm: "Only this realm, like conferma/production; all of the deployment if unsaid.",
        cursor: "Of the page before.",
      }),
      responses: {
        "200": jsonResponse("A page of connections.", "ConnectionPage", {
          page: connectionPageExample,
        }),
        ...problemResponses(problemsByOperation.status),
      },
    },
  },
};

function jsonResponse(
  description: string,
  schema: string,
  values: Readonly<Record<string, object>>,
) {
  const examples = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value }]),
  );
  return {
    description,
    headers: { "Cache-Control": { schema: { const: "no-store" } } },
    content: { "application/json": { schema: reference("schemas", schema), examples } },
  };
}

/** A parameter for each member of a query's shape; a new one does not compile without its description. */
function queryParameters<Entries extends v.ObjectEntries>(
  schema: v.StrictObjectSchema<Entries, undefined>,
  descriptions: Readonly<Record<keyof Entries & string, string>>,
): object[] {
  const { properties = {}, required = [] } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "input",
  });
  return Object.entries(descriptions).map(([name, description]) => ({
    name,
    in: "query",
    required: required.includes(name),
    description,
    schema: properties[name],
  }));
}
