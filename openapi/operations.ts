import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { vendQuery } from "../functions/http/contract.ts";
import { listRequest } from "../functions/http/status-contract.ts";
import {
  connectionPageExample,
  consentLinkExample,
  consentProgressExample,
  credentialExamples,
} from "./examples.ts";
import { problemResponses, problemsOf } from "./problem-responses.ts";
import { reference } from "./reference.ts";

const connectionParameters = ["Provider", "Environment", "Account"].map((name) =>
  reference("parameters", name),
);

const consentParameters = [
  reference("parameters", "ConsentProvider"),
  ...connectionParameters.slice(1),
];

/** RFC 9449. */
const proofTexts = {
  proofFor:
    "The method and the address of the request that is to be sent, `GET https://api.example.com/payments`: required where the token is bound to a key (DPoP), and without effect elsewhere.",
  proofNonce: "What the provider has answered in the header `DPoP-Nonce`.",
};

/** The API's paths. */
export const paths = {
  "/v1/tokens/{provider}/{environment}/{account}": {
    get: {
      operationId: "vendToken",
      tags: ["tokens"],
      summary: "Vend the current, usable credential of a connection",
      description:
        "Returns the stored token, the one that another caller is requesting, or a new one. Callers may cache it until `usableUntil`.",
      parameters: [
        ...connectionParameters,
        ...queryParameters(vendQuery, {
          minValiditySeconds:
            "The credential must be usable for at least this long. Where early renewal is allowed, this causes one; otherwise the caller waits for the handover, if that comes in time.",
          ...proofTexts,
        }),
      ],
      responses: {
        "200": jsonResponse("A usable credential.", "Credential", credentialExamples),
        ...problemResponses(problemsOf("vending")),
      },
    },
  },
  "/v1/tokens/{provider}/{environment}/{account}/rejections": {
    post: {
      operationId: "rejectToken",
      tags: ["tokens"],
      summary: "Report that the provider answered 401 to a version, and vend",
      description:
        "Rejecting an older version returns the current credential, without a request to the provider. However many callers reject the same version, one token is issued. Never report a 403.",
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
          "A credential of another version, or the same one if it is still valid.",
          "Credential",
          credentialExamples,
        ),
        ...problemResponses(problemsOf("vending")),
      },
    },
  },
  "/v1/tokens/{provider}/{environment}/{account}/with-link": {
    post: {
      operationId: "vendTokenOrLink",
      tags: ["tokens"],
      summary: "Vend, or give a link for the person who has to consent",
      description:
        "Vends as GET does. If a person has to consent first, the problem `consent-required` has a link for them in `consent`: the same one for every caller, until it is opened.",
      parameters: [
        ...consentParameters,
        ...queryParameters(vendQuery, {
          minValiditySeconds: "The credential must be usable for at least this long.",
          ...proofTexts,
        }),
      ],
      responses: {
        "200": jsonResponse("A usable credential.", "Credential", credentialExamples),
        ...problemResponses(problemsOf("vending")),
      },
    },
  },
  "/v1/consents/{provider}/{environment}/{account}": {
    post: {
      operationId: "beginConsent",
      tags: ["consents"],
      summary: "Create a one-time link for the person who is to consent",
      description:
        "For providers that need a person's consent in a browser. The link works once, in one browser, for as long as the realm says or, if the body says so, less. Whoever consents has to be the `person`, and for the `customer`, if the body names them; `replace` lets them replace somebody else's consent.",
      parameters: consentParameters,
      requestBody: {
        required: false,
        content: {
          "application/json": {
            schema: reference("schemas", "BeginConsent"),
            examples: {
              "an hour": { value: { lifetimeSeconds: 3600 } },
              "for one person": { value: { person: "jo@example.org" } },
            },
          },
        },
      },
      responses: {
        "200": jsonResponse("The link.", "ConsentLink", { link: consentLinkExample }),
        ...problemResponses(problemsOf("consents")),
      },
    },
  },
  "/v1/consents/{provider}/{environment}/{account}/{id}": {
    get: {
      operationId: "consentProgress",
      tags: ["consents"],
      summary: "What came of a link",
      description: "Ask every few seconds while it is `pending`; then vend.",
      parameters: [...consentParameters, reference("parameters", "ConsentId")],
      responses: {
        "200": jsonResponse("What came of the link.", "ConsentProgress", {
          progress: consentProgressExample,
        }),
        ...problemResponses(problemsOf("progress")),
      },
    },
  },
  "/v1/connections": {
    get: {
      operationId: "listConnections",
      tags: ["status"],
      summary: "Status of every connection that was ever requested",
      description:
        "Contains no token, not even an encrypted one. Up to a hundred connections per page, ordered by realm and name.",
      parameters: queryParameters(listRequest, {
        realm: "Only this realm, for example conferma/production (default: all realms).",
        cursor: "The cursor of the previous page.",
      }),
      responses: {
        "200": jsonResponse("A page of connections.", "ConnectionPage", {
          page: connectionPageExample,
        }),
        ...problemResponses(problemsOf("status")),
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

/** A parameter for each member of a query's schema. A new member does not compile without a description. */
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
