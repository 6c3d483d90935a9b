import type { Sensitive } from "../../model/sensitive.ts";
import type { ClientCertificate, HttpRequest, HttpResponse } from "../../platform/http-request.ts";
import { HttpFailure } from "../../platform/http-request.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import type { BasicEncoding } from "./client-authentication.ts";
import { basicAuthorization, formRequest } from "./client-authentication.ts";

/** Our registration as a client of an authorization server (RFC 6749 §2). */
export interface OAuthClient {
  readonly clientId: string;
  /** For Basic authentication; a public client has none and sends its id only (RFC 6749 §3.2.1). */
  readonly clientSecret?: Sensitive | undefined;
  readonly basicEncoding: BasicEncoding;
  /** Presented in the TLS handshake (RFC 8705 §2). */
  readonly certificate?: ClientCertificate | undefined;
  /** The header for a request's id, where the provider requires one. */
  readonly requestIdHeader?: string;
}

/** A form request with client authentication (RFC 6749 §2.3). */
export function clientRequest(
  { clientId, clientSecret, basicEncoding, certificate, requestIdHeader }: OAuthClient,
  url: string,
  form: URLSearchParams,
  context: IssuerContext,
): HttpRequest {
  const headers = requestIdHeader ? { [requestIdHeader]: context.newRequestId() } : {};
  if (!clientSecret) {
    const identified = new URLSearchParams([...form, ["client_id", clientId]]);
    return formRequest(url, identified, headers, certificate);
  }
  const authorization = basicAuthorization(clientId, clientSecret, basicEncoding);
  return formRequest(url, form, { authorization, ...headers }, certificate);
}

/** Makes an answer that rejects our certificate fail as a TLS alert does. */
export function detectCertificateRejection(
  context: IssuerContext,
  provider: { isCertificateRejected?(response: HttpResponse): boolean },
): IssuerContext {
  return {
    ...context,
    send: async (request, signal) => {
      const response = await context.send(request, signal);
      if (provider.isCertificateRejected?.(response)) throw new HttpFailure("certificate", false);
      return response;
    },
  };
}
