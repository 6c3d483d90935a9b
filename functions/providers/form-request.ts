import type { HttpRequest } from "../platform/http-request.ts";

/** A form, as token addresses take it (RFC 6749 §4), to be answered with JSON. */
export function formRequest(
  url: string,
  form: URLSearchParams,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest {
  return {
    method: "POST",
    url,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      ...headers,
    },
    body: form.toString(),
  };
}
