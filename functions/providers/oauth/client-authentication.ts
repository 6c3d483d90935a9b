import type { Sensitive } from "../../model/sensitive.ts";
import type { HttpRequest } from "../../platform/http-request.ts";

/**
 * `raw` joins id and secret as they are (RFC 7617 §2): what Conferma documents and `curl -u` sends. `rfc6749`
 * form-encodes both first (RFC 6749 §2.3.1). They differ for everything but letters and digits, and are never tried
 * one after the other.
 */
export type BasicEncoding = "raw" | "rfc6749";

export function basicAuthorization(
  clientId: string,
  clientSecret: Sensitive,
  encoding: BasicEncoding,
): string {
  const encode = encoding === "raw" ? (text: string) => text : formEncoded;
  const credentials = `${encode(clientId)}:${encode(clientSecret.expose())}`;
  return `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

/** A form, as token endpoints take it (RFC 6749 §4), to be answered with JSON. */
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
