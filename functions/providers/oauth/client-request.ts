import type { NotIssued } from "../../model/provider.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { unprintable } from "../../model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../../platform/http-request.ts";
import { HttpFailure } from "../../platform/http-request.ts";
import { notIssued } from "../exchange/error-response.ts";
import type { IssuerContext, Issuing } from "../exchange/token-request.ts";
import type { OAuthClient } from "./client-authentication.ts";
import { proofOf } from "./client-authentication.ts";
import { certificatesIn, validityOf } from "./client-certificate.ts";
import type { Parameters, TokenPurpose } from "./request-parameters.ts";

/** Reports an expired client certificate, because some servers close the connection during the handshake without a reason. */
export function expiredCertificate({ certificate }: OAuthClient, now: Date): NotIssued | null {
  const [leaf] = certificate ? certificatesIn(certificate.chain) : [];
  if (!leaf) return null;
  const { endsAt } = validityOf(leaf);
  // Its last instant is one of its life (RFC 5280 §4.1.2.5).
  if (endsAt >= now) return null;
  const detail = `Our client certificate expired at ${endsAt.toISOString()}. Put a new one into the secret.`;
  return notIssued("credentials-rejected", detail);
}

/** How tokens are issued, given the key that a refresh token is bound to, if it is bound to one. */
export async function issuingOf(
  { dpop }: TokenPurpose,
  context: IssuerContext,
): Promise<(key?: Sensitive) => Issuing> {
  if (!dpop) return () => (issue) => issue(context);
  const { boundIssuing } = await import("./proven-requests.ts");
  return boundIssuing(context);
}

/** The client at the endpoints that take nothing but forms (RFC 7009 §2.1, RFC 9126 §2.1). */
export function byForm(client: OAuthClient): OAuthClient {
  return { ...client, requestFormat: "form" };
}

/** What every request of a realm says, at the authorization endpoint as at the token endpoint, besides its grant. */
export function purposeParameters(
  { audience, resource = [] }: TokenPurpose,
  constant: Readonly<Record<string, string>> = {},
): Parameters {
  const resources = [resource].flat().map((each): [string, string] => ["resource", each]);
  const audiences = audience ? { audience } : {};
  return [...Object.entries(audiences), ...resources, ...Object.entries(constant)];
}

/**
 * A request to a token endpoint (RFC 6749 §3.2), or to another one that authenticates the client in the same way, and
 * accepts a JSON answer.
 */
export async function clientRequest(
  client: OAuthClient,
  url: string,
  parameters: URLSearchParams,
  context: IssuerContext,
): Promise<HttpRequest> {
  const { certificate, requestIdHeader, requestFormat = "form", parameterNames = {} } = client;
  const proof = await proofOf(client, context);
  const { contentType, write } = formats[requestFormat];
  const sent = new URLSearchParams([...parameters]);
  // An authorization request that is pushed has said the client's id already.
  for (const [name, value] of proof.parameters) sent.set(name, value);
  return unprintable<HttpRequest>({
    method: "POST",
    url,
    headers: {
      ...client.headers,
      "content-type": contentType,
      accept: "application/json",
      ...proof.headers,
      ...(requestIdHeader && { [requestIdHeader]: context.newRequestId() }),
    },
    body: write(underNames(sent, parameterNames)),
    ...(certificate && { clientCertificate: certificate }),
  });
}

function underNames(
  sent: URLSearchParams,
  names: NonNullable<OAuthClient["parameterNames"]>,
): URLSearchParams {
  const renamed = [...sent].flatMap(([name, value]): [string, string][] => {
    const other = Object.hasOwn(names, name) ? names[name] : undefined;
    return other === null ? [] : [[other ?? name, value]];
  });
  return new URLSearchParams(renamed);
}

const formats = {
  form: {
    contentType: "application/x-www-form-urlencoded",
    write: (parameters: URLSearchParams) => parameters.toString(),
  },
  json: { contentType: "application/json", write: jsonOf },
} as const;

/** A parameter that is sent several times becomes a list. */
function jsonOf(parameters: URLSearchParams): string {
  const members = [...new Set(parameters.keys())].map((name) => {
    const values = parameters.getAll(name);
    return [name, values.length > 1 ? values : values[0]] as const;
  });
  return JSON.stringify(Object.fromEntries(members));
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
