import { recordRefusedClient } from "../kit/client-registry.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { formOf, headerOf } from "../kit/request.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { ConsentClient, ConsentClients } from "../oauth/consent-clients.ts";
import type { Consents } from "../oauth/consents.ts";
import type { GrantLedgers, GrantResult } from "../oauth/grant-exchange.ts";
import { exchangeGrant } from "../oauth/grant-exchange.ts";
import type { ConnectPayTraits } from "./connectpay-authorize.ts";
import { isUuid } from "./connectpay-authorize.ts";

export interface ConnectPayTokens extends GrantLedgers {
  readonly clients: ConsentClients;
  readonly consents: Consents;
  readonly traits: Pick<ConnectPayTraits, "oldAccessToken">;
  /** Whether the client certificate is the registered one. */
  isRegisteredCertificate(request: SimulatedRequest): boolean;
  newToken(): string;
}

/** dev.connectpay.com, "Access tokens": raw Basic credentials, a request id, and a form of two members. */
export function answerToken(
  context: SimulatorContext,
  tokens: ConnectPayTokens,
  request: SimulatedRequest,
): SimulatedReply {
  return withClient(context, tokens, request, ({ clientId }, form) => {
    if (!hasExactParameters(form)) return refusal(400, "invalid_request");
    const granted = exchangeGrant(context, tokens, { form, clientId, newToken: tokens.newToken });
    if (granted === undefined) return refusal(400, "unsupported_grant_type");
    if (typeof granted === "string") return refusal(400, "invalid_grant");
    if (tokens.traits.oldAccessToken === "revoked") revokeOlderTokens(tokens, granted);
    return tokenReply(context, tokens, granted);
  });
}

/** The "Revoke Refresh Token API", whose path is not documented. */
export function answerRevoke(
  context: SimulatorContext,
  tokens: ConnectPayTokens,
  request: SimulatedRequest,
): SimulatedReply {
  return withClient(context, tokens, request, ({ clientId }, form) => {
    const consent = tokens.refreshes.find(form.get("token") ?? "");
    if (consent?.clientId === clientId) tokens.consents.end(consent, "revoked-by-client", "revoke");
    return jsonReply(200, {});
  });
}

function withClient(
  context: SimulatorContext,
  tokens: ConnectPayTokens,
  request: SimulatedRequest,
  act: (client: ConsentClient, form: URLSearchParams) => SimulatedReply,
): SimulatedReply {
  const { clients } = tokens;
  if (!tokens.isRegisteredCertificate(request)) return refusal(403, "certificate_not_registered");
  if (!isUuid(headerOf(request, "x-request-id") ?? "")) return refusal(400, "invalid_request");
  const form = formOf(request);
  if (form === undefined) return refusal(400, "invalid_request");
  const authentication = request.headers.authorization
    ? clients.authenticate(request, form)
    : { refused: undefined };
  if ("client" in authentication) return act(authentication.client, form);
  recordRefusedClient(context, clients.registry, authentication.refused, 401);
  return refusal(401, "invalid_client", { "www-authenticate": 'Basic realm="ConnectPay"' });
}

function revokeOlderTokens({ ledger }: ConnectPayTokens, { consent, token }: GrantResult): void {
  for (const { value } of ledger.live(consent.id)) if (value !== token.value) ledger.revoke(value);
}

function hasExactParameters(form: URLSearchParams): boolean {
  const value = form.get("grant_type") === "refresh_token" ? "refresh_token" : "code";
  return [...form.keys()].sort().join() === [value, "grant_type"].sort().join();
}

function tokenReply(
  { now }: SimulatorContext,
  { refreshes }: ConnectPayTokens,
  { consent, token, refreshToken }: GrantResult,
): SimulatedReply {
  const json = {
    token_type: "Bearer",
    access_token: token.value,
    refresh_token: refreshToken,
    expires_in: Math.floor((token.expiresAt - now()) / 1000),
    client_customer_name: masked(consent.customer ?? consent.user.name),
    scope: consent.scopes.join(" "),
    // A string, unlike its sibling above; as documented.
    refresh_token_expires_in: String(Math.floor(refreshes.policy.lifetimeMs / 1000)),
  };
  return { ...jsonReply(200, json, { "cache-control": "no-store" }), credential: token };
}

/** "Mo********co": the first and the last two letters. */
function masked(name: string): string {
  return `${name.slice(0, 2)}********${name.slice(-2)}`;
}

const refusal = (status: number, error: string, headers: Readonly<Record<string, string>> = {}) =>
  jsonReply(status, { error }, headers);
