import type { Sensitive } from "../../model/sensitive.ts";
import type { ClientCertificate } from "../../platform/http-request.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";
import { secretMalformed } from "../exchange/field-problem.ts";
import type { KeyMembers } from "./assertion-key.ts";
import { assertionKey } from "./assertion-key.ts";
import type { BasicEncoding, ClientAuthentication, OAuthClient } from "./client-authentication.ts";
import { certificatePairProblem } from "./client-certificate.ts";

/** The settings by which a generic provider says how its client authenticates. */
interface ClientSettings {
  readonly tokenUrl: string;
  readonly clientAuthentication:
    | "basic"
    | "post"
    | "private_key_jwt"
    | "bearer_jwt"
    | "tls"
    | "none"
    | "grant";
  readonly basicEncoding: BasicEncoding;
  readonly signingAlgorithm?: string | undefined;
  readonly assertionIssuer?: string | undefined;
  readonly assertionAudience?: string | undefined;
  readonly requestFormat: OAuthClient["requestFormat"];
  readonly parameterNames?: OAuthClient["parameterNames"];
  readonly tokenHeaders?: OAuthClient["headers"];
}

/** The members of its secret. */
interface ClientMembers extends KeyMembers {
  readonly clientId: string;
  readonly clientSecret?: Sensitive | undefined;
  readonly tlsCertificateChain?: ClientCertificate["chain"] | undefined;
  readonly tlsPrivateKey?: ClientCertificate["key"] | undefined;
}

/** How a provider's client is registered. */
export interface Registration<Settings, Secret> {
  /**
   * The client, or the member of the secret that does not fit the settings. `registered` reads those settings and members
   * that the generic providers share; it is handed in, because declarations are loaded at every cold start, and it is not.
   */
  client(
    settings: Settings,
    secret: Secret,
    registered: typeof registeredClient,
  ): OAuthClient | FieldProblem;
}

/** Fails with `secret-malformed`. */
export function openClient<Settings, Secret>(
  provider: Registration<Settings, Secret>,
  settings: Settings,
  secret: Secret,
): OAuthClient {
  const client = provider.client(settings, secret, registeredClient);
  if ("problem" in client) throw secretMalformed(client);
  return client;
}

/** The client that settings and secret describe together, or the member that is wrong or missing. */
function registeredClient(
  settings: ClientSettings,
  secret: ClientMembers,
): OAuthClient | FieldProblem {
  const { clientId, tlsCertificateChain: chain, tlsPrivateKey: key } = secret;
  const problem = certificatePairProblem(chain, key);
  if (problem) return problem;
  const authentication = authenticationOf(settings, secret);
  if ("problem" in authentication) return authentication;
  const { requestFormat, parameterNames, tokenHeaders: headers } = settings;
  const certificate = chain && key ? { chain, key } : undefined;
  return { clientId, authentication, certificate, requestFormat, parameterNames, headers };
}

function authenticationOf(
  settings: ClientSettings,
  secret: ClientMembers,
): ClientAuthentication | FieldProblem {
  const { clientAuthentication } = settings;
  const { clientSecret, tlsCertificateChain } = secret;
  const reason = `clientAuthentication is ${clientAuthentication}`;
  const missing = (field: keyof ClientMembers): FieldProblem => ({
    field,
    problem: `is missing: ${reason}`,
  });
  switch (clientAuthentication) {
    case "basic":
      return clientSecret
        ? basicBy(settings.basicEncoding, secret.clientId, clientSecret)
        : missing("clientSecret");
    case "post":
      return clientSecret ? { by: "post", clientSecret } : missing("clientSecret");
    case "private_key_jwt":
    case "bearer_jwt":
      return assertedBy(settings, secret, reason);
    case "tls":
      return tlsCertificateChain ? { by: "identifier" } : missing("tlsCertificateChain");
    case "none":
      return { by: "identifier" };
    case "grant":
      return { by: "grant" };
  }
}

function basicBy(
  encoding: BasicEncoding,
  clientId: string,
  clientSecret: Sensitive,
): ClientAuthentication | FieldProblem {
  // RFC 7617 §2.
  return encoding === "raw" && clientId.includes(":")
    ? { field: "clientId", problem: "must not hold a colon: basicEncoding is raw" }
    : { by: "basic", clientSecret, encoding };
}

function assertedBy(
  settings: ClientSettings,
  secret: ClientMembers,
  reason: string,
): ClientAuthentication | FieldProblem {
  const key = assertionKey(settings, secret, reason);
  if ("problem" in key) return key;
  const { tokenUrl, assertionAudience: audience = tokenUrl } = settings;
  const { assertionIssuer: issuer = secret.clientId } = settings;
  const isBearer = settings.clientAuthentication === "bearer_jwt";
  return { by: "assertion", key, issuer, audience, isBearer };
}
