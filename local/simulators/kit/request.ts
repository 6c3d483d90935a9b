import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { IdTokenCorruption } from "../oauth/id-token.ts";

export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parameters in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  /** Set by the fault `same-token`: return the live token again. */
  readonly repeatToken?: "as-it-was" | "extended";
  /** Set by the fault `corrupt-id-token`. */
  readonly corruption?: IdTokenCorruption;
  readonly incoming: IncomingMessage;
}

export async function readRequest(incoming: IncomingMessage): Promise<SimulatedRequest> {
  const url = new URL(incoming.url ?? "/", "http://simulator");
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: await text(incoming),
    params: {},
    incoming,
  };
}

/** Undefined unless the body is a JSON object. */
export function jsonObjectOf(request: SimulatedRequest): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(request.body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined unless the content type is a form. */
export function formOf(request: SimulatedRequest): URLSearchParams | undefined {
  const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return mediaType === "application/x-www-form-urlencoded"
    ? new URLSearchParams(request.body)
    : undefined;
}

export function headerOf(request: SimulatedRequest, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(", ") : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
