import type { Browser, BrowserCookie } from "../../model/browser-secrets.ts";
import type { Unprintable } from "../../model/sensitive.ts";
import { Sensitive, unprintable } from "../../model/sensitive.ts";
import { asRestEvent, readApiEvent } from "../api-event.ts";

/** A browser's request, in one form for both kinds of API Gateway's APIs. */
export interface WebRequest extends Unprintable {
  readonly method: string;
  readonly path: string;
  /** A repeated parameter keeps all its values. */
  readonly query: URLSearchParams;
  /** In the form of one `Cookie` header. */
  readonly cookies: string;
  /** The languages that the person reads, in the form of one `Accept-Language` header; empty when none is said. */
  readonly acceptLanguage: string;
}

/**
 * The request in an event of a REST API, or of an HTTP API (either payload format); null for a direct invocation. Fails
 * with `invalid-request` for a malformed event.
 */
export function readWebRequest(event: unknown): WebRequest | null {
  const api = readApiEvent(asRestEvent(event));
  if (!api) return null;
  const { httpMethod, path, rawQueryString, cookies, headers, multiValueHeaders } = api;
  const { queryStringParameters, multiValueQueryStringParameters } = api;
  const allHeaders = present(multiValueHeaders, headers);
  const parameters = present(multiValueQueryStringParameters, queryStringParameters);
  return unprintable<WebRequest>({
    method: httpMethod,
    path,
    query: new URLSearchParams(rawQueryString || queryPairs(parameters)),
    // Some proxies send them in both places, which would look like duplicate cookies.
    cookies: present(cookies, headerValues(allHeaders, "cookie")).join("; "),
    acceptLanguage: headerValues(allHeaders, "accept-language").join(","),
  });
}

/** Programs that check links send HEAD. */
export const isReading = ({ method }: WebRequest) => method === "GET" || method === "HEAD";

/** A random half, and the link (functions/consents/link-proof.ts). */
const secretShape = /^[\w-]{86}$/;

/**
 * `__Host-`: no other host, not even a sibling domain, can have set it (RFC 6265bis §4.1.3.2). Each link has its own, so
 * that two links in one browser do not interfere.
 */
const cookieName = (pendingId: string) => `__Host-consent-${pendingId.slice(0, 16)}`;
const resultCookieName = (pendingId: string) => `__Host-result-${pendingId.slice(0, 16)}`;

/** The browser that sent these cookies. */
export function browserFrom(cookies: string): Browser {
  return {
    secretFor: (pendingId) => {
      const value = cookieValue(cookies, cookieName(pendingId));
      return secretShape.test(value) ? new Sensitive(value) : null;
    },
  };
}

/** Duplicate cookies are ignored: they cannot be told apart. */
function cookieValue(cookies: string, name: string): string {
  const pairs = cookies.split(";").map((pair) => pair.trim().split("="));
  const matching = pairs.filter(([key]) => key === name);
  const [value = "", ...others] = new Set(matching.map(([, text = ""]) => text));
  return others.length === 0 ? value : "";
}

/** The `Set-Cookie` header that stores a secret in the browser. */
export function setCookie({ pendingId, secret, maxAgeMs }: BrowserCookie): string {
  return cookie(cookieName(pendingId), secret.expose(), maxAgeMs);
}

/** The result of a link's consent that a browser has kept: as it was stored, or whatever somebody has put there. */
export function keptResult(cookies: string, pendingId: string): string {
  return cookieValue(cookies, resultCookieName(pendingId));
}

/** The `Set-Cookie` header that stores the result of a link's consent in its browser. */
export function resultCookie(pendingId: string, text: string, maxAgeMs: number): string {
  return cookie(resultCookieName(pendingId), text, maxAgeMs);
}

function cookie(name: string, value: string, maxAgeMs: number): string {
  const seconds = Math.ceil(maxAgeMs / 1000);
  // Lax, because the provider's redirect back is a cross-site navigation and must carry the cookie.
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
}

type MultiValue = Readonly<Record<string, string | string[] | null | undefined>>;

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
