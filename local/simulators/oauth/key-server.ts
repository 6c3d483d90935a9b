import {
  createCredentialVerifier,
  protectedRoute,
  readCredentialHeader,
} from "../kit/protected-route.ts";
import { jsonReply } from "../kit/reply.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorOptions } from "../kit/simulator-context.ts";
import { createSimulatorContext, generateCredential } from "../kit/simulator-context.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";

export interface KeyServerOptions extends SimulatorOptions {
  readonly headerName: string;
  /** The scheme before the key: "Bearer", "Token", … */
  readonly scheme?: string | undefined;
  /** Another path that answers as the API does, and states whether a key is valid. */
  readonly probePath?: string | undefined;
  readonly keys?: readonly string[];
  /** What its API wants besides a key: header values by their names. */
  readonly apiHeaders?: (apiKey: string) => Readonly<Record<string, string>>;
  /** … where a key is tried. */
  readonly probeHeaders?: Readonly<Record<string, string>>;
}

/** Routes for faults: "api", and "probe" where there is such a path. */
export interface KeyServer extends Simulator {
  readonly pingUrl: string;
  /** Returns the key (default: a generated one). Keys coexist. */
  registerKey(apiKey?: string): string;
  revokeKey(apiKey: string): void;
}

export async function startKeyServer(options: KeyServerOptions): Promise<KeyServer> {
  const { headerName, scheme, probePath, keys = [], apiHeaders, probeHeaders = {} } = options;
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, "coexist");

  function registerKey(value = generateCredential(context, "key")): string {
    const lifetimeMs = Number.POSITIVE_INFINITY;
    ledger.register({ value, clientId: "default", revocationScope: "default", lifetimeMs });
    return value;
  }
  for (const key of keys) registerKey(key);

  const simulator = await startSimulator(
    context,
    {
      id: "static-key",
      routes: [pingPath, ...(probePath ? [new URL(probePath, "http://api").pathname] : [])].map(
        (path) =>
          protectedRoute({
            name: path === pingPath ? "api" : "probe",
            path,
            verifier: createCredentialVerifier(context, ledger),
            readCredential: (request) => readCredentialHeader(request, headerName, scheme),
            refuse: () => jsonReply(401, { message: "Unauthorized" }),
            headersBeside: path === pingPath ? apiHeaders : () => probeHeaders,
          }),
      ),
    },
    options,
  );

  return {
    ...simulator,
    pingUrl: `${simulator.url}${pingPath}`,
    registerKey,
    revokeKey: ledger.revoke,
  };
}

const pingPath = "/v1/ping";
