import { createHash } from "node:crypto";
import { recordRefusedClient } from "../kit/client-registry.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { CodeBinding } from "./code-ledger.ts";
import type { ConsentClient, ConsentClients } from "./consent-clients.ts";
import type { Consent, Consents, GrantRefusal } from "./consents.ts";
import type { GrantLedgers, GrantResult } from "./grant-exchange.ts";
import { exchangeGrant } from "./grant-exchange.ts";
import type { ParameterFormat, RequiredParameters } from "./request-parameters.ts";
import {
  errorForParameter,
  parametersOf,
  repeatedParameter,
  wrongParameter,
} from "./request-parameters.ts";

export interface GrantEndpoint extends GrantLedgers {
  readonly clients: ConsentClients;
  readonly consents: Consents;
  /** Of token requests. */
  readonly requestFormat: ParameterFormat;
  /** What every token request has to say. */
  readonly required: RequiredParameters;
  /** Whether revoking a refresh token also revokes the access tokens (RFC 7009 §2.1). */
  readonly onRevocation: "revoke" | "keep";
  newToken(consent: Consent): string;
  /** Members of the answer besides those of RFC 6749 §5.1: an ID token, a scope. */
  additionalMembers(
    granted: GrantResult,
    request: SimulatedRequest,
  ): Readonly<Record<string, unknown>>;
}

/** RFC 6749 §4.1.3 and §6, with RFC 7636 §4.6. */
export function answerGrant(
  context: SimulatorContext,
  endpoint: GrantEndpoint,
  request: SimulatedRequest,
): SimulatedReply {
  return withClient(context, endpoint, request, endpoint.requestFormat, (client, form) => {
    const { clientId } = client;
    const wrong = wrongParameter(form, endpoint.required);
    if (wrong !== undefined) return badRequest(errorForParameter(wrong));
    const granted = exchangeGrant(context, endpoint, {
      form,
      clientId,
      newToken: endpoint.newToken,
      refuseCode: (bound) => verifyBinding(form, bound),
    });
    if (granted === undefined) return badRequest("unsupported_grant_type");
    if (granted === "wider-scope") return badRequest("invalid_scope");
    if (typeof granted === "string") return badRequest("invalid_grant");
    const { token, refreshToken } = granted;
    const json = {
      access_token: token.value,
      token_type: "Bearer",
      expires_in: Math.floor((token.expiresAt - context.now()) / 1000),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      ...endpoint.additionalMembers(granted, request),
    };
    return { ...jsonReply(200, json, { "cache-control": "no-store" }), credential: token };
  });
}

/** RFC 7009 §2: answers 200 also for an unknown token. */
export function answerRevocation(
  context: SimulatorContext,
  endpoint: GrantEndpoint,
  request: SimulatedRequest,
): SimulatedReply {
  return withClient(context, endpoint, request, "form", ({ clientId }, form) => {
    const token = form.get("token");
    if (token === null) return badRequest("invalid_request");
    const consent = endpoint.refreshes.find(token);
    if (consent?.clientId === clientId) {
      endpoint.consents.end(consent, "revoked-by-client", endpoint.onRevocation);
    }
    if (endpoint.ledger.find(token)?.clientId === clientId && endpoint.onRevocation === "revoke") {
      endpoint.ledger.revoke(token);
    }
    return jsonReply(200, {});
  });
}

/** Acts for the client that a request comes from, or refuses it (RFC 6749 §5.2). */
export function withClient(
  context: SimulatorContext,
  { clients }: GrantEndpoint,
  request: SimulatedRequest,
  format: ParameterFormat,
  act: (client: ConsentClient, form: URLSearchParams) => SimulatedReply,
): SimulatedReply {
  const form = parametersOf(request, format);
  if (form === undefined || repeatedParameter(form)) return badRequest("invalid_request");
  const authentication = clients.authenticate(request, form);
  if ("client" in authentication) return act(authentication.client, form);
  const status = request.headers.authorization === undefined ? 400 : 401;
  recordRefusedClient(context, clients.registry, authentication.refused, status);
  // RFC 6749 §5.2: a challenge if the client used the Authorization header.
  const challenge = { "www-authenticate": 'Basic realm="simulator"' };
  return jsonReply(status, { error: "invalid_client" }, status === 401 ? challenge : {});
}

function verifyBinding(
  form: URLSearchParams,
  { redirectUri, challenge }: CodeBinding,
): GrantRefusal | undefined {
  if (form.get("redirect_uri") !== redirectUri) return "wrong-redirect-uri";
  const verifier = form.get("code_verifier");
  // A verifier without a challenge is a downgrade attack (RFC 9700 §4.8.2).
  if (challenge === undefined) return verifier === null ? undefined : "wrong-verifier";
  const hash = createHash("sha256")
    .update(verifier ?? "")
    .digest("base64url");
  const isVerifier = /^[\w.~-]{43,128}$/.test(verifier ?? "");
  return isVerifier && hash === challenge ? undefined : "wrong-verifier";
}

const badRequest = (error: string) => jsonReply(400, { error }, { "cache-control": "no-store" });
