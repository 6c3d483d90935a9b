import type { APIGatewayProxyEvent } from "aws-lambda";
import type { RealmId } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { beginBody, beginPayload, disconnectPayload, pastePayload } from "./contract.ts";
import { isHttpApiEvent } from "./pages/web-request.ts";
import { isProxyEvent, parse, readBody, readQuery, requireMethod } from "./read-fields.ts";
import { requireAccount, requireConnection } from "./read-vend-request.ts";

const beginPath = /\/v1\/consents\/([^/]+)\/([^/]+)\/([^/]+?)\/?$/;

/** The account for which a person is to consent, by direct invocation or by the API. Fails naming the field. */
export function readBeginRequest(event: unknown, realm: RealmId): string {
  if (!isProxyEvent(event)) {
    return requireAccount(parse(beginPayload, event ?? {}, "payload").account);
  }
  const match = beginPath.exec(event.path);
  if (!match) throw noSuchPath();
  requireIam(event);
  const account = requireConnection(match, realm);
  requireMethod(event.httpMethod, "POST");
  parse(beginBody, readQuery(event), "query");
  if (event.body) parse(beginBody, readBody(event), "body");
  return account;
}

/** What an operator wants of an account: to use a code or, without one, to end the consent. By direct invocation only. */
export function readCompleteRequest(event: unknown): { account: string; code: Sensitive | null } {
  if (isProxyEvent(event)) throw noSuchPath();
  if (typeof event === "object" && event !== null && "disconnect" in event) {
    const { account } = parse(disconnectPayload, event, "payload");
    return { account: requireAccount(account), code: null };
  }
  const { account, code } = parse(pastePayload, event ?? {}, "payload");
  return { account: requireAccount(account), code: new Sensitive(code) };
}

/** An HTTP API's event with payload format 2.0 in the form of 1.0, which is a REST API's but for its `version`. */
export function asRestEvent(event: unknown): unknown {
  if (!isHttpApiEvent(event)) return event;
  const { rawPath, queryStringParameters, body, isBase64Encoded, requestContext } = event;
  return {
    version: "2.0",
    httpMethod: requestContext.http.method,
    path: rawPath,
    queryStringParameters,
    body,
    isBase64Encoded,
    requestContext,
  };
}

/**
 * The pages of people are public, and their API must not make links for everybody, even where its routes are drawn too
 * wide. Only an HTTP API says its `version`; format 2.0 has the caller that IAM let in as an authorizer's, 1.0 as the
 * identity.
 */
function requireIam(event: APIGatewayProxyEvent): void {
  if (!("version" in event)) return;
  const { authorizer, identity } = event.requestContext;
  if (event.version === "2.0" ? Object(authorizer).iam : Object(identity).userArn) return;
  const detail = "This caller was not let in by IAM, and links are made for no other.";
  throw new VendingError("unknown-connection", detail);
}

function noSuchPath(): VendingError {
  return new VendingError("unknown-connection", "No connection has this path.");
}
