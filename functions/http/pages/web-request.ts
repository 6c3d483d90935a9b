import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import type { Browser, BrowserCookie } from "../../model/browser-secrets.ts";
import type { Unprintable } from "../../model/sensitive.ts";
import { Sensitive, unprintable } from "../../model/sensitive.ts";
import { isProxyEvent } from "../read-fields.ts";

/** A browser's request, in one form for both kinds of API Gateway's APIs. */
export interface WebRequest extends Unprintable {
  readonly method: string;
  readonly path: string;
  /** A repeated parameter keeps all its values. */
  readonly query: URLSearchParams;
  /** In the form of one `Cookie` header. */
  readonly cookies: string;
}

/** The request in an event of a REST API, or of an HTTP API (either payload format); null for a direct invocation. */
export function readWebRequest(event: unknown): WebRequest | null {
  if (isProxyEvent(event)) return ofRestApi(event);
  return isHttpApiEvent(event) ? ofHttpApi(event) : null;
}

/** True for payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function isHttpApiEvent(event: unknown): event is APIGatewayProxyEventV2 {
  return (
    typeof event === "object" &&
    event !== null &&
    "rawPath" in event &&
    "requestContext" in event &&
    "http" in Object(event.requestContext)
  );
}

/**
 * An HTTP API's event of payload format 2.0 in the form of a REST API's event. Its `version` tells them apart. Any other
 * event is returned as it is.
 */
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

const secretShape = /^[\w-]{43}$/;

/**
 * `__Host-`: no other host, not even a sibling domain, can have set it (RFC 6265bis §4.1.3.2). Each link has its own, so
 * that two links in one browser do not interfere.
 */
const cookieName = (pendingId: string) => `__Host-consent-${pendingId.slice(0, 16)}`;

/** The browser that sent these cookies. Duplicate cookies are ignored: they cannot be told apart. */
export function browserFrom(cookies: string): Browser {
  const pairs = cookies.split(";").map((pair) => pair.trim().split("="));
  return {
    secretFor: (pendingId) => {
      const name = cookieName(pendingId);
      const matching = pairs.filter(([key]) => key === name);
      const [value = "", ...others] = new Set(matching.map(([, text = ""]) => text));
      return others.length === 0 && secretShape.test(value) ? new Sensitive(value) : null;
    },
  };
}

/** The `Set-Cookie` header that stores a secret in the browser. */
export function setCookie({ pendingId, secret, maxAgeMs }: BrowserCookie): string {
  const seconds = Math.ceil(maxAgeMs / 1000);
  // Lax, because the provider's redirect back is a cross-site navigation and must carry the cookie.
  return `${cookieName(pendingId)}=${secret.expose()}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
}

function ofHttpApi(event: APIGatewayProxyEventV2): WebRequest {
  const { rawPath, rawQueryString, queryStringParameters, requestContext, headers } = event;
  return unprintable<WebRequest>({
    method: requestContext.http.method,
    path: rawPath,
    query: new URLSearchParams(rawQueryString || queryPairs(queryStringParameters)),
    // Some proxies send them in both places, which would look like duplicate cookies.
    cookies: present(event.cookies, headerValues(headers, "cookie")).join("; "),
  });
}

function ofRestApi(event: APIGatewayProxyEvent): WebRequest {
  const { httpMethod, path, headers, multiValueHeaders } = event;
  return unprintable<WebRequest>({
    method: httpMethod,
    path,
    query: new URLSearchParams(
      queryPairs(present(event.multiValueQueryStringParameters, event.queryStringParameters)),
    ),
    cookies: headerValues(present(multiValueHeaders, headers), "cookie").join("; "),
  });
}

type MultiValue = Readonly<Record<string, string | string[] | undefined>>;

function queryPairs(parameters: MultiValue | null | undefined): [name: string, value: string][] {
  return Object.entries(parameters ?? {}).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): [string, string] => [name, value]),
  );
}

/** The complete form of a value if the event has it, else the abridged one. */
function present<Complete extends object, Abridged>(
  complete: Complete | null | undefined,
  abridged: Abridged,
): Complete | Abridged {
  return complete && Object.keys(complete).length > 0 ? complete : abridged;
}

function headerValues(headers: MultiValue | null | undefined, header: string): string[] {
  return Object.entries(headers ?? {}).flatMap(([name, values]) =>
    name.toLowerCase() === header ? [values ?? []].flat() : [],
  );
}
