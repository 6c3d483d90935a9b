import type { SimulatorContext } from "../kit/simulator-context.ts";
import { generateCredential } from "../kit/simulator-context.ts";
import type { CredentialState, IssuedCredential, TokenLedger } from "../kit/token-ledger.ts";

export type CfisEnvironment = "production" | "staging";

export interface CfisKey {
  readonly apiKey: string;
  readonly client: string;
  readonly environment: CfisEnvironment;
  /** Default: the key does not expire. */
  readonly expiresAt?: Date;
  /** `provisioning`: the partner's own token, the only one that may create clients. */
  readonly kind: "client" | "provisioning";
}

export interface CfisKeys {
  /** Registers a key that was issued by other means (in reality, in a PDF), and returns it. */
  register(key?: Partial<CfisKey>): string;
  issue(client: string): IssuedCredential;
  /** Issues a new key to the owner of an old one, which is assumed to be revoked at once. */
  replace(apiKey: string): IssuedCredential;
  state(apiKey: string): CredentialState | "wrong-environment";
  isProvisioning(apiKey: string): boolean;
}

export function createCfisKeys(
  context: SimulatorContext,
  ledger: TokenLedger,
  environment: CfisEnvironment,
): CfisKeys {
  const registered = new Map<string, CfisKey>();
  const lifetimeMs = Number.POSITIVE_INFINITY;

  function issue(key: Omit<CfisKey, "apiKey">): IssuedCredential {
    const apiKey = generateCredential(context, "cfis");
    registered.set(apiKey, { ...key, apiKey });
    return ledger.issue({
      value: apiKey,
      clientId: key.client,
      revocationScope: key.client,
      lifetimeMs,
    });
  }

  return {
    register(partial = {}) {
      const defaults = { client: "default", environment, kind: "client" } as const;
      const key = { apiKey: generateCredential(context, "cfis"), ...defaults, ...partial };
      const { apiKey, client, expiresAt } = key;
      registered.set(apiKey, key);
      const leftMs = expiresAt ? expiresAt.getTime() - context.now() : lifetimeMs;
      ledger.register({
        value: apiKey,
        clientId: client,
        revocationScope: client,
        lifetimeMs: leftMs,
      });
      return apiKey;
    },
    issue: (client) => issue({ client, environment, kind: "client" }),
    replace(apiKey) {
      const old = registered.get(apiKey);
      if (old === undefined) throw new RangeError("only a registered key can be replaced");
      ledger.revoke(apiKey);
      return issue({ client: old.client, environment: old.environment, kind: old.kind });
    },
    state(apiKey) {
      const key = registered.get(apiKey);
      if (key && key.environment !== environment) return "wrong-environment";
      return ledger.state(apiKey);
    },
    isProvisioning: (apiKey) => registered.get(apiKey)?.kind === "provisioning",
  };
}
