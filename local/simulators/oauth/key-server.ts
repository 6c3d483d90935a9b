import { createCredentialVerifier } from "../kit/gate.ts";
import { readCredentialHeader } from "../kit/presented.ts";
import { protectedRoute } from "../kit/protected-route.ts";
import { jsonReply } from "../kit/reply.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorOptions } from "../kit/simulator-context.ts";
import { createSimulatorContext, generateCredential } from "../kit/simulator-context.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";

export interface KeyServerOptions extends SimulatorOptions {
  readonly headerName: string;
  /** What must stand before the key: "Bearer", "Token", … */
  readonly scheme?: string;
  readonly keys?: readonly string[];
}

/** Route for faults: "api". */
export interface KeyServer extends Simulator {
  readonly pingUrl: string;
  /** Returns the key, which is made up if unsaid. Keys coexist. */
  registerKey(apiKey?: string): string;
  revokeKey(apiKey: string): void;
}

export async function startKeyServer(options: KeyServerOptions): Promise<KeyServer> {
  const { headerName, scheme, keys = [] } = options;
  const world = createSimulatorContext(options);
  const ledger = createTokenLedger(world, "coexist");

  function registerKey(value = generateCredential(world, "key")): string {
    const lifetimeMs = Number.POSITIVE_INFINITY;
    ledger.register({ value, clientId: "default", revocationScope: "default", lifetimeMs });
    return value;
  }
  for (const key of keys) registerKey(key);

  const simulator = await startSimulator(
    world,
    {
      id: "static-key",
      routes: [
        protectedRoute({
          name: "api",
          path: "/v1/ping",
          verifier: createCredentialVerifier(world, ledger),
          readCredential: (request) => readCredentialHeader(request, headerName, scheme),
          refuse: () => jsonReply(401, { message: "Unauthorized" }),
        }),
      ],
    },
    options,
  );

  return {
    ...simulator,
    pingUrl: `${simulator.url}/v1/ping`,
    registerKey,
    revokeKey: ledger.revoke,
  };
}
