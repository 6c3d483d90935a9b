import type { BasicCredentialEncoding, Client } from "../kit/client-registry.ts";
import {
  createClientRegistry,
  readBasicCredentials,
  recordRefusedClient,
} from "../kit/client-registry.ts";
import type { AccessRefusalReason } from "../kit/protected-route.ts";
import { createCredentialVerifier, protectedRoute, readBearer } from "../kit/protected-route.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply, textReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { formOf } from "../kit/request.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorContext, SimulatorOptions } from "../kit/simulator-context.ts";
import { createSimulatorContext, generateCredential } from "../kit/simulator-context.ts";
import type { IssuedCredential, IssueRequest } from "../kit/token-ledger.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";

interface ConfermaClient extends Client {
  readonly platformKeys: readonly string[];
}

/** The token endpoint's errors are not documented; the adapter has to cope with each of these. */
export type ConfermaErrorShape = "esec001" | "invalid-client" | "invalid-scope" | "text";

export interface ConfermaOptions extends SimulatorOptions {
  readonly clients?: readonly ConfermaClient[];
  readonly basicEncoding?: BasicCredentialEncoding;
  readonly errorShape?: ConfermaErrorShape;
}

/** Routes for faults: "token", "api". */
export interface Conferma extends Simulator {
  readonly tokenUrl: string;
  readonly pingUrl: string;
  registerClient(client: ConfermaClient): void;
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
  retireOldSecrets(clientId: string): void;
  /** The shape of every error of the token endpoint; undefined: the likeliest one of each error. */
  answerErrorsAs(shape: ConfermaErrorShape | undefined): void;
  /** While true, the API answers live tokens with 403, with the same error code as its 401. */
  forbidApi(isForbidden: boolean): void;
  /** Another issuer on the same platform: revokes the live tokens, and returns the new one. */
  issueAsSomeoneElse(platformKey: string): string;
}

export async function startConferma(options: ConfermaOptions = {}): Promise<Conferma> {
  const { clients = [], basicEncoding = "raw" } = options;
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, "revoke");
  const registry = createClientRegistry(clients);
  const platformKeys = new Map(clients.map((client) => [client.clientId, client.platformKeys]));
  let errorShape = options.errorShape;
  let isForbidden = false;

  function refuse(defaultShape: ConfermaErrorShape, client: Client | undefined): SimulatedReply {
    const refusal = tokenRefusals[errorShape ?? defaultShape];
    recordRefusedClient(context, registry, client, refusal.status);
    return refusal;
  }

  function issueToken(request: SimulatedRequest): SimulatedReply {
    const client = readBasicCredentials(request.headers.authorization, basicEncoding);
    const form = formOf(request);
    const scope = form?.get("scope") ?? "";
    if (form?.get("grant_type") !== "client_credentials") return malformed;
    if (!client || !registry.accepts(client)) return refuse("esec001", client);
    if (!platformKeys.get(client.clientId)?.includes(scope)) return refuse("invalid-scope", client);

    const { clientId } = client;
    const order: IssueRequest = {
      value: newToken(context),
      clientId,
      revocationScope: scope,
      route: "token",
      status: 200,
    };
    const repeated = request.repeatToken && ledger.reissue(order, request.repeatToken);
    return tokenReply(repeated ?? ledger.issue(order), context);
  }

  const simulator = await startSimulator(
    context,
    {
      id: "conferma",
      routes: [
        {
          name: "token",
          methods: ["POST"],
          path: "/token",
          handle: issueToken,
          revocationScopeOf: (request) => formOf(request)?.get("scope") ?? "",
        },
        protectedRoute({
          name: "api",
          path: "/v1/ping",
          verifier: createCredentialVerifier(context, ledger),
          readCredential: readBearer,
          authorize: () => (isForbidden ? "forbidden" : undefined),
          refuse: authorizationDenied,
        }),
      ],
    },
    options,
  );

  return {
    ...simulator,
    tokenUrl: `${simulator.url}/token`,
    pingUrl: `${simulator.url}/v1/ping`,
    registerClient(client) {
      registry.register(client);
      platformKeys.set(client.clientId, client.platformKeys);
    },
    rotateSecret: registry.rotateSecret,
    retireOldSecrets: registry.retireOldSecrets,
    answerErrorsAs(shape) {
      errorShape = shape;
    },
    forbidApi(forbidden) {
      isForbidden = forbidden;
    },
    issueAsSomeoneElse(scope) {
      const value = newToken(context);
      ledger.issue({ value, clientId: "someone-else", revocationScope: scope, isForeign: true });
      return value;
    },
  };
}

const newToken = (context: SimulatorContext) => generateCredential(context, "conferma");

const denied = {
  errorCode: "ESEC001",
  message: "Authorization has been denied for this request.",
  details: [],
};

const tokenRefusals: Readonly<Record<ConfermaErrorShape, SimulatedReply>> = {
  esec001: jsonReply(401, denied),
  "invalid-client": jsonReply(400, { error: "invalid_client" }),
  "invalid-scope": jsonReply(400, { error: "invalid_scope" }),
  text: textReply(401, "Unauthorized"),
};

const malformed = jsonReply(400, {
  errorCode: "EVAL000",
  message: "The request data provided was invalid. See details.",
  details: [{ field: "grant_type", issue: "client_credentials, form-encoded, is required" }],
});

/** https://confermapay.readme.io/reference/status-codes: 401 and 403 share their code. */
function authorizationDenied(reason: AccessRefusalReason): SimulatedReply {
  return jsonReply(reason === "forbidden" ? 403 : 401, denied);
}

function tokenReply(token: IssuedCredential, { settings }: SimulatorContext): SimulatedReply {
  const fractionDigits = String(Number.parseInt(token.fingerprint.slice(0, 4), 16) % 10_000);
  const stated = (at: number) =>
    dotNetInstant(at + settings.clockSkewMs, fractionDigits.padStart(4, "0"));
  const json = {
    access_token: token.value,
    expires: stated(token.expiresAt),
    issued: stated(token.issuedAt),
  };
  return { ...jsonReply(200, json), credential: token };
}

/** .NET's round-trip format: seven fractional digits and an offset. */
function dotNetInstant(at: number, ticks: string): string {
  return new Date(at).toISOString().replace("Z", `${ticks}+00:00`);
}
