import type { Client } from "../kit/client-registry.ts";
import { createClientRegistry, recordRefusedClient } from "../kit/client-registry.ts";
import {
  createCredentialVerifier,
  protectedRoute,
  readCredentialHeader,
} from "../kit/protected-route.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { Simulator } from "../kit/simulator.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import { createSimulatorContext, generateCredential } from "../kit/simulator-context.ts";
import type { IssuedCredential } from "../kit/token-ledger.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";
import { formatAnswer } from "./answer-format.ts";
import { errorForParameter, parametersOf, wrongParameter } from "./request-parameters.ts";
import type { PairOptions } from "./server-pair.ts";
import { startServerPair } from "./server-pair.ts";
import type { ServerTraits } from "./server-traits.ts";
import { clientMethodOf } from "./server-traits.ts";

/** RFC 6749 §5.2 requires `challenge`; some providers answer in the other ways. */
export type InvalidClientShape = "challenge" | "bad-request" | "ok-with-error";

export interface OAuthServerOptions extends PairOptions, ServerTraits {
  readonly clients?: readonly Client[];
  readonly onIssue?: "coexist" | "revoke";
  readonly invalidClientShape?: InvalidClientShape;
  /** The scopes that may be requested (default: any). */
  readonly allowedScopes?: readonly string[] | undefined;
}

/** Routes for faults: "token", "api". The revocation scope is the client id. */
export interface OAuthServer extends Simulator {
  /** The server's own name in assertions. */
  readonly issuer: string;
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
  const { requestFormat = "form", answer = {} } = options;
  const { headerName = "authorization", scheme } = options.presentation ?? { scheme: "Bearer" };
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, onIssue);
  const registry = createClientRegistry(options.clients);
  let url = "";
  const tokenUrl = () => `${url}/token`;
  const method = clientMethodOf(context, registry, options, { tokenUrl, issuer: () => url });

  function refuseClient(clientId: string | undefined): SimulatedReply {
    const refusal = invalidClient[invalidClientShape];
    recordRefusedClient(context, registry, clientId ? { clientId } : undefined, refusal.status);
    return refusal;
  }

  function issueToken(request: SimulatedRequest): SimulatedReply {
    const form = parametersOf(request, requestFormat);
    if (form === undefined || isTwiceAuthenticated(request, form))
      return badRequest("invalid_request");
    const clientId = method.claimed(request, form);
    if (!clientId || !method.accepts(request, form)) return refuseClient(clientId);
    const error = grantError(form, options);
    if (error !== undefined) return badRequest(error);

    const order = { clientId, revocationScope: clientId, route: "token", status: 200 };
    const repeated = request.repeatToken && ledger.reissue(order, request.repeatToken);
    const token = repeated ?? ledger.issue({ ...order, value: newToken(context) });
    return tokenReply(token, form.get("scope"), context);
  }

  const { simulator, clientsUrl } = await startServerPair(
    context,
    {
      id: "client-credentials",
      ofClients: [
        {
          name: "token",
          methods: ["POST"],
          path: "/token",
          handle: (request) => formatAnswer(issueToken(request), answer, context),
          revocationScopeOf: (request) =>
            method.claimed(request, parametersOf(request, requestFormat)) ?? "",
        },
      ],
      others: [
        protectedRoute({
          name: "api",
          path: "/v1/ping",
          verifier: createCredentialVerifier(context, ledger),
          readCredential: (request) => readCredentialHeader(request, headerName, scheme),
          refuse: (reason) => jsonReply(401, { error: "invalid_token" }, challenge(reason)),
        }),
      ],
    },
    options,
  );
  url = clientsUrl;

  return {
    ...simulator,
    issuer: clientsUrl,
    tokenUrl: tokenUrl(),
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

/** RFC 6749 §2.3: one authentication method per request. */
function isTwiceAuthenticated(request: SimulatedRequest, form: URLSearchParams): boolean {
  return request.headers.authorization !== undefined && form.has("client_secret");
}

function grantError(form: URLSearchParams, options: OAuthServerOptions): string | undefined {
  const { allowedScopes, required } = options;
  const scopes = form.get("scope")?.split(" ") ?? [];
  if (form.get("grant_type") !== "client_credentials") return "unsupported_grant_type";
  if (!scopes.every((scope) => allowedScopes?.includes(scope) ?? true)) return "invalid_scope";
  const wrong = wrongParameter(form, required);
  return wrong === undefined ? undefined : errorForParameter(wrong);
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
