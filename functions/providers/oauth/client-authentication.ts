import type { Sensitive } from "../../model/sensitive.ts";
import { unprintable } from "../../model/sensitive.ts";
import type { ClientCertificate, HttpRequest } from "../../platform/http-request.ts";

/**
 * `raw` joins id and secret as they are (RFC 7617 §2), as Conferma documents and `curl -u` does. `rfc6749` form-encodes
 * both first (RFC 6749 §2.3.1). The results differ for all but letters, digits and a few signs. There is no fallback
 * from one to the other.
 */
export type BasicEncoding = "raw" | "rfc6749";

/** The value of an `Authorization` header for Basic authentication. */
export function basicAuthorization(
  clientId: string,
  clientSecret: Sensitive,
  encoding: BasicEncoding,
): string {
  const encode = encoding === "raw" ? (text: string) => text : formEncoded;
  const credentials = `${encode(clientId)}:${encode(clientSecret.expose())}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

/** A form for a token endpoint (RFC 6749 §4) that accepts a JSON answer. */
export function formRequest(
  url: string,
  form: URLSearchParams,
  headers: Readonly<Record<string, string>> = {},
  clientCertificate?: ClientCertificate,
): HttpRequest {
  return unprintable<HttpRequest>({
    method: "POST",
    url,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      ...headers,
    },
    body: form.toString(),
    ...(clientCertificate && { clientCertificate }),
  });
}
