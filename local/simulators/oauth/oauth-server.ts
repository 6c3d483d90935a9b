import type { BasicCredentialEncoding, Client } from "../kit/client-registry.ts";
import {
  createClientRegistry,
  readBasicCredentials,
  recordRefusedClient,
} from "../kit/client-registry.ts";
import { createCredentialVerifier, protectedRoute, readBearer } from "../kit/protected-route.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { formOf } from "../kit/request.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorContext, SimulatorOptions } from "../kit/simulator-context.ts";
import { createSimulatorContext, generateCredential } from "../kit/simulator-context.ts";
import type { IssuedCredential } from "../kit/token-ledger.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";

/** RFC 6749 §5.2 requires `challenge`; some providers answer in the other ways. */
export type InvalidClientShape = "challenge" | "bad-request" | "ok-with-error";

export interface OAuthServerOptions extends SimulatorOptions {
  readonly clients?: readonly Client[];
  readonly clientAuthentication?: "basic" | "post";
  readonly basicEncoding?: BasicCredentialEncoding;
  readonly onIssue?: "coexist" | "revoke";
  readonly invalidClientShape?: InvalidClientShape;
  /** The scopes that may be requested (default: any). */
  readonly allowedScopes?: readonly string[];
  /** If set, every request must name this audience. */
  readonly requiredAudience?: string;
}

/** Routes for faults: "token", "api". The revocation scope is the client id. */
export interface OAuthServer extends Simulator {
  readonly tokenUrl: string;
  readonly pingUrl: string;
  registerClient(client: Client): void;
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
  retireOldSecrets(clientId: string): void;
  revoke(token: string): void;
  issueAsSomeoneElse(clientId: string): string;
}

/** An authorization server with the client-credentials grant (RFC 6749 §4.4). */
export async function startOAuthServer(options: OAuthServerOptions = {}): Promise<OAuthServer> {
  const { invalidClientShape = "challenge", onIssue = "coexist" } = options;
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, onIssue);
  const registry = createClientRegistry(options.clients);
  const readClient = createClientReader(options);

  function refuseClient(client: Client | undefined): SimulatedReply {
    const refusal = invalidClient[invalidClientShape];
    recordRefusedClient(context, registry, client, refusal.status);
    return refusal;
  }

  function issueToken(request: SimulatedRequest): SimulatedReply {
    const form = formOf(request);
    if (form === undefined || isTwiceAuthenticated(request, form))
      return badRequest("invalid_request");
    const client = readClient(request, form);
    if (!client || !registry.accepts(client)) return refuseClient(client);
    const error = grantError(form, options);
    if (error !== undefined) return badRequest(error);

    const { clientId } = client;
    const order = { clientId, revocationScope: clientId, route: "token", status: 200 };
    const repeated = request.repeatToken && ledger.reissue(order, request.repeatToken);
    const token = repeated ?? ledger.issue({ ...order, value: newToken(context) });
    return tokenReply(token, form.get("scope"), context);
  }

  const simulator = await startSimulator(
    context,
    {
      id: "client-credentials",
      routes: [
        {
          name: "token",
          methods: ["POST"],
          path: "/token",
          handle: issueToken,
          revocationScopeOf: (request) => readClient(request, formOf(request))?.clientId ?? "",
        },
        protectedRoute({
          name: "api",
          path: "/v1/ping",
          verifier: createCredentialVerifier(context, ledger),
          readCredential: readBearer,
          refuse: (reason) => jsonReply(401, { error: "invalid_token" }, challenge(reason)),
        }),
      ],
    },
    options,
  );

  return {
    ...simulator,
    tokenUrl: `${simulator.url}/token`,
    pingUrl: `${simulator.url}/v1/ping`,
    registerClient: registry.register,
    rotateSecret: registry.rotateSecret,
    retireOldSecrets: registry.retireOldSecrets,
    revoke: ledger.revoke,
    issueAsSomeoneElse(clientId) {
      const value = newToken(context);
      ledger.issue({ value, clientId: "someone-else", revocationScope: clientId, isForeign: true });
      return value;
    },
  };
}

const newToken = (context: SimulatorContext) => generateCredential(context, "oauth");

function createClientReader({
  clientAuthentication,
  basicEncoding = "rfc6749",
}: OAuthServerOptions) {
  return (request: SimulatedRequest, form: URLSearchParams | undefined): Client | undefined => {
    if (clientAuthentication !== "post") {
      return readBasicCredentials(request.headers.authorization, basicEncoding);
    }
    const clientId = form?.get("client_id");
    const clientSecret = form?.get("client_secret");
    return clientId && clientSecret ? { clientId, clientSecret } : undefined;
  };
}

/** RFC 6749 §2.3: one authentication method per request. */
function isTwiceAuthenticated(request: SimulatedRequest, form: URLSearchParams): boolean {
  return request.headers.authorization !== undefined && form.has("client_secret");
}

function grantError(form: URLSearchParams, options: OAuthServerOptions): string | undefined {
  const { allowedScopes, requiredAudience } = options;
  const scopes = form.get("scope")?.split(" ") ?? [];
  if (form.get("grant_type") !== "client_credentials") return "unsupported_grant_type";
  if (!scopes.every((scope) => allowedScopes?.includes(scope) ?? true)) return "invalid_scope";
  const audience = requiredAudience ?? form.get("audience");
  return form.get("audience") === audience ? undefined : "invalid_target";
}

/** RFC 6749 §5.1. */
function tokenReply(
  token: IssuedCredential,
  scope: string | null,
  { now }: SimulatorContext,
): SimulatedReply {
  const json = {
    access_token: token.value,
    token_type: "Bearer",
    expires_in: Math.floor((token.expiresAt - now()) / 1000),
    ...(scope === null ? {} : { scope }),
  };
  return { ...jsonReply(200, json, { "cache-control": "no-store" }), credential: token };
}

const badRequest = (error: string) => jsonReply(400, { error });

const invalidClient: Readonly<Record<InvalidClientShape, SimulatedReply>> = {
  challenge: jsonReply(
    401,
    { error: "invalid_client", error_description: "client authentication failed" },
    { "www-authenticate": 'Basic realm="simulator"' },
  ),
  "bad-request": badRequest("invalid_client"),
  "ok-with-error": jsonReply(200, { error: "invalid_client" }),
};

/** RFC 6750 §3.1: no error code if no token was sent. */
function challenge(reason: string): Record<string, string> {
  const error = reason === "missing" ? "" : ', error="invalid_token"';
  return { "www-authenticate": `Bearer realm="simulator"${error}` };
}
