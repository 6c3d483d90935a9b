import type { Sensitive } from "../../model/sensitive.ts";
import type { ClientCertificate } from "../../platform/http-request.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import type { AssertionKey } from "./assertion-key.ts";
import type { Parameters } from "./request-parameters.ts";

/**
 * `raw` joins id and secret as they are (RFC 7617 §2), as Conferma documents and `curl -u` does. `rfc6749` form-encodes
 * both first (RFC 6749 §2.3.1). The results differ for all but letters, digits and a few signs. There is no fallback
 * from one to the other.
 */
export type BasicEncoding = "raw" | "rfc6749";

/** How a client proves who it is: in a header or in the body (RFC 6749 §2.3.1), by a key (RFC 7523 §2.2), or not here. */
export type ClientAuthentication =
  | { readonly by: "basic"; readonly clientSecret: Sensitive; readonly encoding: BasicEncoding }
  | { readonly by: "post"; readonly clientSecret: Sensitive }
  | {
      readonly by: "assertion";
      readonly key: AssertionKey;
      /** The client's id (RFC 7523 §3), or what a server wants instead. */
      readonly issuer: string;
      readonly audience: string;
      /** It is sent as a bearer token of the server's API is (RFC 6750 §2.1), and names nobody else as its subject. */
      readonly isBearer: boolean;
    }
  /** Its id alone: a public client (RFC 6749 §3.2.1), or one whose certificate proves it (RFC 8705 §2). */
  | { readonly by: "identifier" }
  /** What it is granted a token for says who it is (RFC 7521 §4.1), so that not even its id is sent. */
  | { readonly by: "grant" };

/** Our registration as a client of an authorization server (RFC 6749 §2). */
export interface OAuthClient {
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  /** Presented in the TLS handshake (RFC 8705 §2). */
  readonly certificate?: ClientCertificate | undefined;
  /** The header for a request's id, where the provider requires one. */
  readonly requestIdHeader?: string;
  /** How parameters are sent: as a form if nothing is said. */
  readonly requestFormat?: "form" | "json" | undefined;
  /** Other names of parameters; null for one that is not sent. */
  readonly parameterNames?: Readonly<Record<string, string | null | undefined>> | undefined;
  /** Headers of each request, always the same. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What authentication adds to a request. */
interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Parameters;
}

/** Longer than a request takes, and short, because who sees an assertion could use it first. */
const assertionLifetimeMs = 60_000;

/** For how long an assertion of the client is valid; null for a client that makes none. */
export function assertionLifetimeOf({ authentication }: OAuthClient): number | null {
  return authentication.by === "assertion" ? assertionLifetimeMs : null;
}

/** The proof for one request: an assertion is used once. */
export async function proofOf(
  { clientId, authentication }: OAuthClient,
  context: IssuerContext,
): Promise<Proof> {
  const id: [string, string] = ["client_id", clientId];
  switch (authentication.by) {
    case "basic": {
      const { clientSecret, encoding } = authentication;
      const authorization = basicAuthorization(clientId, clientSecret, encoding);
      return { headers: { authorization }, parameters: [] };
    }
    case "post":
      return {
        headers: {},
        parameters: [id, ["client_secret", authentication.clientSecret.expose()]],
      };
    case "assertion": {
      // Most clients have none, and need not load what signs it.
      const { signAssertion } = await import("./assertion.ts");
      const { key, issuer, audience, isBearer } = authentication;
      const subject = isBearer ? undefined : clientId;
      const says = { issuer, subject, audience, lifetimeMs: assertionLifetimeMs };
      const assertion = await signAssertion(says, key, context);
      if (isBearer) return { headers: { authorization: `Bearer ${assertion}` }, parameters: [] };
      return { headers: {}, parameters: [id, ...assertedBy, ["client_assertion", assertion]] };
    }
    case "identifier":
      return { headers: {}, parameters: [id] };
    case "grant":
      return { headers: {}, parameters: [] };
  }
}

/** RFC 7523 §2.2. */
const assertedBy: Parameters = [
  ["client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
];

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
