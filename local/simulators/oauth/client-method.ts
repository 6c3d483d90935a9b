import type { TLSSocket } from "node:tls";
import type { BasicCredentialEncoding, ClientRegistry } from "../kit/client-registry.ts";
import { readBasicCredentials } from "../kit/client-registry.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { AssertionCheck } from "./client-assertion-check.ts";
import type { GrantCheck } from "./grant-check.ts";
import { readAssertion } from "./signed-assertion.ts";

/**
 * How clients prove who they are: RFC 6749 §2.3.1, RFC 7523 §2.2, RFC 8705 §2; `bearer_jwt` by an assertion in the header of
 * bearer tokens (RFC 6750 §2.1); `none` for public ones; `grant` where what is
 * presented for a token says it (RFC 7521 §4.1), and nothing else does.
 */
export type ClientProof =
  | "basic"
  | "post"
  | "private_key_jwt"
  | "bearer_jwt"
  | "tls"
  | "none"
  | "grant";

export interface ClientMethodOptions {
  readonly proof: ClientProof;
  readonly basicEncoding: BasicCredentialEncoding;
  readonly isAssertionOf: AssertionCheck;
  /** By which clients are known with the proof `grant`. */
  readonly grant?: Pick<GrantCheck, "claimed"> | undefined;
}

/**
 * Recognises clients by one method, and by no other. What is registered as a client's secret is, for `private_key_jwt`, its
 * public key (PEM), for `tls` its certificate's fingerprint as Node's TLS has it, and for `none` empty.
 */
export interface ClientMethod {
  /** The id that a request claims. */
  claimed(request: SimulatedRequest, form: URLSearchParams | undefined): string | undefined;
  /** Whether it comes from that client. An assertion is accepted once. */
  accepts(request: SimulatedRequest, form: URLSearchParams): boolean;
}

export function createClientMethod(
  registry: ClientRegistry,
  { proof, basicEncoding, isAssertionOf, grant }: ClientMethodOptions,
): ClientMethod {
  const basicOf = ({ headers }: SimulatedRequest) =>
    readBasicCredentials(headers.authorization, basicEncoding);
  const claimed: ClientMethod["claimed"] = (request, form) => {
    if (proof === "basic") return basicOf(request)?.clientId;
    if (proof === "grant") return form && grant?.claimed(form);
    if (proof === "bearer_jwt") return issuerOf(bearerOf(request));
    return form?.get("client_id") ?? undefined;
  };

  return {
    claimed,
    accepts(request, form) {
      const clientId = claimed(request, form) ?? "";
      if (hasOtherProof(proof, request, form)) return false;
      switch (proof) {
        case "basic":
          return registry.accepts({ clientId, clientSecret: basicOf(request)?.clientSecret ?? "" });
        case "post":
          return registry.accepts({ clientId, clientSecret: form.get("client_secret") ?? "" });
        case "private_key_jwt": {
          const isJwt = form.get("client_assertion_type") === jwtBearer;
          const assertion = form.get("client_assertion") ?? "";
          return isJwt && isAssertionOf(clientId, assertion, registry.secretsOf(clientId));
        }
        case "bearer_jwt":
          return isAssertionOf(clientId, bearerOf(request), registry.secretsOf(clientId));
        case "tls":
          return registry.accepts({ clientId, clientSecret: certificateOf(request) ?? "" });
        case "none":
          return registry.accepts({ clientId, clientSecret: "" });
        case "grant":
          return registry.knows(clientId);
      }
    },
  };
}

const bearerOf = ({ headers }: SimulatedRequest) =>
  /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";

function issuerOf(assertion: string): string | undefined {
  const { iss } = readAssertion(assertion).claims;
  return typeof iss === "string" ? iss : undefined;
}

const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** RFC 6749 §2.3: one authentication method per request. */
function hasOtherProof(
  proof: ClientProof,
  { headers }: SimulatedRequest,
  form: URLSearchParams,
): boolean {
  return (
    (!["basic", "bearer_jwt"].includes(proof) && headers.authorization !== undefined) ||
    (proof !== "post" && form.has("client_secret")) ||
    (proof !== "private_key_jwt" && form.has("client_assertion")) ||
    (proof === "grant" && form.has("client_id"))
  );
}

/** Undefined if there is none, or if the server's authority has not issued it. */
function certificateOf({ incoming }: SimulatedRequest): string | undefined {
  const socket = incoming.socket as TLSSocket;
  return socket.authorized ? socket.getPeerCertificate().fingerprint256 : undefined;
}
