import { createGate } from "../kit/gate.ts";
import { presentedIn } from "../kit/presented.ts";
import { protectedRoute } from "../kit/protected-route.ts";
import { jsonReply } from "../kit/reply.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";
import type { SimulatorOptions } from "../kit/world.ts";
import { createWorld, madeUpCredential } from "../kit/world.ts";

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
  const world = createWorld(options);
  const ledger = createTokenLedger(world, "coexist");

  function registerKey(value = madeUpCredential(world, "key")): string {
    const lifetimeMs = Number.POSITIVE_INFINITY;
    ledger.admit({ value, clientId: "default", scope: "default", lifetimeMs });
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
          gate: createGate(world, ledger),
          present: (request) => presentedIn(request, headerName, scheme),
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
