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
import type { PossessionCheck } from "./possession-check.ts";
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
  /** Undefined where tokens are not bound to keys. */
  readonly possession?: PossessionCheck | undefined;
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
    const proven = endpoint.possession?.ofTokenRequest(request, form.get("refresh_token"));
    if (typeof proven === "string") return badRequest(proven);
    const granted = exchangeGrant(context, endpoint, {
      form,
      clientId,
      newToken: endpoint.newToken,
      refuseCode: (bound) => verifyBinding(form, bound),
    });
    if (typeof granted !== "object") return badRequest(errorOf(granted));
    proven?.bind(granted.token.value, granted.refreshToken);
    return tokenAnswer(context, granted, {
      token_type: proven ? "DPoP" : "Bearer",
      ...endpoint.additionalMembers(granted, request),
    });
  });
}

/** RFC 6749 §5.2. */
function errorOf(refusal: GrantRefusal | undefined): string {
  if (refusal === undefined) return "unsupported_grant_type";
  return refusal === "wider-scope" ? "invalid_scope" : "invalid_grant";
}

function tokenAnswer(
  { now }: SimulatorContext,
  { token, refreshToken }: GrantResult,
  members: Readonly<Record<string, unknown>>,
): SimulatedReply {
  const json = {
    access_token: token.value,
    expires_in: Math.floor((token.expiresAt - now()) / 1000),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...members,
  };
  return { ...jsonReply(200, json, { "cache-control": "no-store" }), credential: token };
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
