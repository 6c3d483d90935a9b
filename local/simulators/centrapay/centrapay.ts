import {
  createCredentialVerifier,
  protectedRoute,
  readCredentialHeader,
} from "../kit/protected-route.ts";
import { createRateLimit } from "../kit/rate-limit.ts";
import { jsonReply } from "../kit/reply.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorOptions } from "../kit/simulator-context.ts";
import { createSimulatorContext } from "../kit/simulator-context.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";
import type { KeyRouteOptions } from "./centrapay-administration.ts";
import { administrationRoutes } from "./centrapay-administration.ts";
import { centrapayError, forbidden } from "./centrapay-answers.ts";
import type { KeyRole } from "./centrapay-keys.ts";
import { createAccountKeys } from "./centrapay-keys.ts";

export interface CentrapayOptions extends SimulatorOptions {
  /** For each account (default: 200, as documented). */
  readonly requestsPerMinute?: number;
}

/** Routes for faults: "api" (`/api/me`), "create-key", "list-keys", "update-key". */
export interface Centrapay extends Simulator {
  readonly pingUrl: string;
  /** Returns the secret (default: a generated one). The default role is `merchant-terminal`. */
  createKey(accountId: string, name: string, role?: KeyRole, secret?: string): string;
  setKeyEnabled(accountId: string, name: string, isEnabled: boolean): void;
  /** While true, `/api/me` answers live keys with 403: a business rule, not an authentication failure. */
  forbidApi(isForbidden: boolean): void;
}

export async function startCentrapay(options: CentrapayOptions = {}): Promise<Centrapay> {
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, "coexist");
  const keys = createAccountKeys(context, ledger);
  const limit = createRateLimit(context.now, options.requestsPerMinute ?? 200);
  const accountOf = (apiKey: string) => keys.owner(apiKey)?.accountId ?? "";
  let isForbidden = false;

  const routeOptions: KeyRouteOptions = {
    verifier: createCredentialVerifier(context, ledger),
    readCredential: (request) => readCredentialHeader(request, "x-api-key"),
    authorize: (_request, apiKey) => (limit.take(accountOf(apiKey)) ? undefined : "rate-limited"),
    refuse(reason, apiKey) {
      if (reason === "forbidden") return forbidden;
      if (reason !== "rate-limited") {
        return centrapayError(401, "Unauthorized", "Missing authentication");
      }
      const headers = { "retry-after": String(limit.waitSeconds(accountOf(apiKey))) };
      return centrapayError(429, "Too Many Requests", "RATE_LIMIT_EXCEEDED", headers);
    },
  };

  const simulator = await startSimulator(
    context,
    {
      id: "centrapay-api-key",
      notFound: centrapayError(404, "Not Found", "Not Found"),
      routes: [
        protectedRoute({
          ...routeOptions,
          name: "api",
          path: "/api/me",
          authorize: (request, apiKey) =>
            routeOptions.authorize(request, apiKey) ?? (isForbidden ? "forbidden" : undefined),
          respond: (_request, apiKey) => jsonReply(200, keys.owner(apiKey)),
        }),
        ...administrationRoutes(routeOptions, keys),
      ],
    },
    options,
  );

  return {
    ...simulator,
    pingUrl: `${simulator.url}/api/me`,
    createKey: (accountId, name, role = "merchant-terminal", secret) =>
      keys.create(accountId, name, role, secret).value,
    setKeyEnabled: keys.setEnabled,
    forbidApi(forbids) {
      isForbidden = forbids;
    },
  };
}
