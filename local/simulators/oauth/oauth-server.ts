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
import type { AnswerFormat } from "./answer-format.ts";
import { formatAnswer } from "./answer-format.ts";
import type { GrantCheck } from "./grant-check.ts";
import { createGrantCheck } from "./grant-check.ts";
import { createPossessionCheck } from "./possession-check.ts";
import {
  errorForParameter,
  parametersOf,
  standardParameters,
  wrongParameter,
} from "./request-parameters.ts";
import type { GrantHolding, RequiredGrant } from "./required-grant.ts";
import { grantKindOf } from "./required-grant.ts";
import type { PairOptions } from "./server-pair.ts";
import { startServerPair } from "./server-pair.ts";
import type { ServerTraits } from "./server-traits.ts";
import { audienceOf, clientMethodOf } from "./server-traits.ts";

/** RFC 6749 §5.2 requires `challenge`; some providers answer in the other ways. */
export type InvalidClientShape = "challenge" | "bad-request" | "ok-with-error";

export interface OAuthServerOptions extends PairOptions, ServerTraits {
  readonly clients?: readonly Client[];
  readonly onIssue?: "coexist" | "revoke";
  readonly invalidClientShape?: InvalidClientShape;
  /** What clients present for a token (default: client credentials). */
  readonly grant?: RequiredGrant;
  /** The scopes that may be requested, of which each request names one (default: any, or none). */
  readonly allowedScopes?: readonly string[] | undefined;
}

/** Routes for faults: "token", "api". The revocation scope is the client id. */
export interface OAuthServer extends Simulator {
  /** The server's own name in assertions. */
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly pingUrl: string;
  registerClient(client: Client): void;
  /** From now on this client presents this for its tokens, and nothing else. */
  registerGrant(clientId: string, holding: GrantHolding): void;
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
  retireOldSecrets(clientId: string): void;
  revoke(token: string): void;
  issueAsSomeoneElse(clientId: string): string;
}

/** An authorization server with the client-credentials grant (RFC 6749 §4.4), or another one that needs no person. */
export async function startOAuthServer(options: OAuthServerOptions = {}): Promise<OAuthServer> {
  const { invalidClientShape = "challenge", onIssue = "coexist" } = options;
  const answer = answerOf(options);
  const { headerName = "authorization", scheme } = options.presentation ?? { scheme: "Bearer" };
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, onIssue);
  const registry = createClientRegistry(options.clients);
  let url = "";
  const tokenUrl = () => `${url}/token`;
  const addresses = { tokenUrl, issuer: () => url };
  const audience = audienceOf(options, addresses);
  const grant = createGrantCheck(
    grantKindOf(options.grant ?? { type: "client-credentials" }, { now: context.now, audience }),
  );
  const method = clientMethodOf(context, registry, options, addresses, grant);

  const read = requestReader(options, grant);
  const possession = options.dpop ? createPossessionCheck(context, tokenUrl) : undefined;

  const wrongClient = invalidClient[invalidClientShape];
  const wrongGrant = badRequest(grant.error);
  const unknownClient = options.clientAuthentication === "grant" ? wrongGrant : wrongClient;

  function refuseCredentials(
    clientId: string | undefined,
    refusal: SimulatedReply,
  ): SimulatedReply {
    recordRefusedClient(context, registry, clientId ? { clientId } : undefined, refusal.status);
    return refusal;
  }

  /** The client that a token may be issued to, or what is answered instead. */
  function judge(request: SimulatedRequest, form: URLSearchParams): string | SimulatedReply {
    if (form.get("grant_type") !== grant.grantType) return badRequest("unsupported_grant_type");
    const clientId = method.claimed(request, form);
    if (!clientId) return refuseCredentials(clientId, unknownClient);
    if (!method.accepts(request, form)) return refuseCredentials(clientId, wrongClient);
    const error = requestError(form, grant, options);
    if (error !== undefined) return badRequest(error);
    return grant.accepts(clientId, form) ? clientId : refuseCredentials(clientId, wrongGrant);
  }

  function issueToken(request: SimulatedRequest): SimulatedReply {
    const form = read(request);
    if (form === undefined || isTwiceAuthenticated(request, form))
      return badRequest("invalid_request");
    const proven = possession?.ofTokenRequest(request, null);
    if (typeof proven === "string") return badRequest(proven);
    const clientId = judge(request, form);
    if (typeof clientId !== "string") return clientId;

    const order = { clientId, revocationScope: clientId, route: "token", status: 200 };
    const repeated = request.repeatToken && ledger.reissue(order, request.repeatToken);
    const token = repeated ?? ledger.issue({ ...order, value: newToken(context) });
    proven?.bind(token.value);
    const bound = proven && { token_type: "DPoP" };
    return tokenReply(token, { scope: grant.scopeOf(form), ...bound, ...grant.members }, context);
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
          revocationScopeOf: (request) => method.claimed(request, read(request)) ?? "",
        },
      ],
      others: [
        protectedRoute({
          name: "api",
          path: "/v1/ping",
          verifier: createCredentialVerifier(context, ledger),
          readCredential: (request) =>
            readCredentialHeader(request, headerName, possession ? "DPoP" : scheme),
          authorize: (request, token) => possession?.refusalOf(request, `${url}/v1/ping`, token),
          refuse: (reason) => jsonReply(401, { error: "invalid_token" }, challenge(reason)),
          headersBeside: (token) => options.apiHeaders?.(ledger.find(token)?.clientId ?? "") ?? {},
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
    registerGrant: grant.register,
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

/** Reads the parameters of a request, under the standard's names; undefined for one that is not as the server wants it. */
function requestReader(
  { requestFormat = "form", parameterNames = {}, tokenHeaders = {} }: OAuthServerOptions,
  { grantType }: GrantCheck,
): (request: SimulatedRequest) => URLSearchParams | undefined {
  const wanted = Object.entries(tokenHeaders);
  return (request) => {
    const { headers } = request;
    const parameters = parametersOf(request, requestFormat);
    if (wanted.some(([name, value]) => headers[name.toLowerCase()] !== value)) return undefined;
    return parameters && standardParameters(parameters, parameterNames, { grant_type: grantType });
  };
}

const newToken = (context: SimulatorContext) => generateCredential(context, "oauth");

/** RFC 6749 §2.3: one authentication method per request. */
function isTwiceAuthenticated(request: SimulatedRequest, form: URLSearchParams): boolean {
  return request.headers.authorization !== undefined && form.has("client_secret");
}

/** Where nobody consents, a grant that is refused is a refusal of credentials. */
function answerOf({ answer = {} }: OAuthServerOptions): AnswerFormat {
  return { ...answer, consentEnd: answer.consentEnd ?? answer.refusal };
}

function requestError(
  form: URLSearchParams,
  { scopeOf }: GrantCheck,
  { allowedScopes, required }: OAuthServerOptions,
): string | undefined {
  const scopes = scopeOf(form)?.split(" ") ?? [];
  const isMissing = scopes.length === 0 && (allowedScopes?.length ?? 0) > 0;
  const areAllowed = scopes.every((scope) => allowedScopes?.includes(scope) ?? true);
  if (isMissing || !areAllowed) return "invalid_scope";
  const wrong = wrongParameter(form, required);
  return wrong === undefined ? undefined : errorForParameter(wrong);
}

/** RFC 6749 §5.1. */
function tokenReply(
  token: IssuedCredential,
  { scope, ...members }: { readonly scope: string | null },
  { now }: SimulatorContext,
): SimulatedReply {
  const json = {
    access_token: token.value,
    token_type: "Bearer",
    expires_in: Math.floor((token.expiresAt - now()) / 1000),
    ...(scope === null ? {} : { scope }),
    ...members,
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
