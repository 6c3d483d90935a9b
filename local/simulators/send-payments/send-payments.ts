import type { Client, ClientRegistry } from "../kit/client-registry.ts";
import { createClientRegistry, recordRefusedClient } from "../kit/client-registry.ts";
import { signJsonWebToken } from "../kit/json-web-token.ts";
import { createCredentialVerifier, protectedRoute, readBearer } from "../kit/protected-route.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { jsonObjectOf } from "../kit/request.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorContext, SimulatorOptions } from "../kit/simulator-context.ts";
import { createSimulatorContext } from "../kit/simulator-context.ts";
import type { IssuedCredential, TokenLedger } from "../kit/token-ledger.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";

export interface SendPaymentsOptions extends SimulatorOptions {
  readonly clients?: readonly Client[];
}

/** Routes for faults: "token", "api". The revocation scope is the client id. */
export interface SendPayments extends Simulator {
  readonly tokenUrl: string;
  readonly pingUrl: string;
  registerClient(client: Client): void;
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
  retireOldSecrets(clientId: string): void;
  /** While true, `/auth` answers 500 in the documented form. */
  failInside(isFailing: boolean): void;
  issueAsSomeoneElse(clientId: string): string;
}

export async function startSendPayments(options: SendPaymentsOptions = {}): Promise<SendPayments> {
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, "revoke");
  const registry = createClientRegistry(options.clients);
  const newToken = createTokenGenerator(context);
  let isFailing = false;

  const auth = authentication(context, ledger, registry, newToken);
  const simulator = await startSimulator(
    context,
    {
      id: "send-payments",
      routes: [
        {
          name: "token",
          methods: ["POST"],
          path: "/auth",
          handle: (request) =>
            isFailing ? problem(500, "Internal server error", "INTERNAL_ERROR") : auth(request),
          revocationScopeOf: (request) => String(jsonObjectOf(request)?.["clientId"] ?? ""),
        },
        protectedRoute({
          name: "api",
          path: "/v1/ping",
          verifier: createCredentialVerifier(context, ledger),
          readCredential: readBearer,
          refuse: () => problem(401, "Unauthorized", "UNAUTHORIZED"),
        }),
      ],
    },
    options,
  );

  return {
    ...simulator,
    tokenUrl: `${simulator.url}/auth`,
    pingUrl: `${simulator.url}/v1/ping`,
    registerClient: registry.register,
    rotateSecret: registry.rotateSecret,
    retireOldSecrets: registry.retireOldSecrets,
    failInside(failing) {
      isFailing = failing;
    },
    issueAsSomeoneElse(clientId) {
      const value = newToken(clientId);
      ledger.issue({ value, clientId: "someone-else", revocationScope: clientId, isForeign: true });
      return value;
    },
  };
}

function authentication(
  context: SimulatorContext,
  ledger: TokenLedger,
  registry: ClientRegistry,
  newToken: (clientId: string) => string,
) {
  return (request: SimulatedRequest): SimulatedReply => {
    const client = clientOf(request);
    if (client === undefined) return problem(400, "Validation failed", "VALIDATION_ERROR");
    if (!registry.accepts(client)) {
      recordRefusedClient(context, registry, client, 401);
      return problem(401, "Invalid credentials", "UNAUTHORIZED");
    }
    const { clientId } = client;
    const order = { clientId, revocationScope: clientId, route: "token", status: 201 };
    const repeated = request.repeatToken && ledger.reissue(order, request.repeatToken);
    return tokenReply(repeated ?? ledger.issue({ ...order, value: newToken(clientId) }), context);
  };
}

function clientOf(request: SimulatedRequest): Client | undefined {
  const isJson = request.headers["content-type"]?.startsWith("application/json");
  const { clientId, clientSecret } = (isJson && jsonObjectOf(request)) || {};
  return typeof clientId === "string" && typeof clientSecret === "string"
    ? { clientId, clientSecret }
    : undefined;
}

function createTokenGenerator({
  now,
  random,
  settings,
}: SimulatorContext): (clientId: string) => string {
  const key = random(32);
  return (clientId) => {
    const iat = Math.floor((now() + settings.clockSkewMs) / 1000);
    const exp = Math.floor((now() + settings.clockSkewMs + settings.lifetimeMs) / 1000);
    const jti = `simulated-${random(12).toString("hex")}`;
    return signJsonWebToken({ iss: "simulated-send-payments", sub: clientId, iat, exp, jti }, key);
  };
}

/** 201, as documented. The format of `expiresAt` is not documented; ISO 8601 is assumed. */
function tokenReply(token: IssuedCredential, { settings }: SimulatorContext): SimulatedReply {
  const expiresAt = new Date(token.expiresAt + settings.clockSkewMs).toISOString();
  return { ...jsonReply(201, { accessToken: token.value, expiresAt }), credential: token };
}

function problem(status: number, message: string, type: string): SimulatedReply {
  return jsonReply(status, { message, errors: [{ message, type }] });
}
