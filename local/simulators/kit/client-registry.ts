import type { SimulatorContext } from "./simulator-context.ts";

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ClientRegistry {
  register(client: Client): void;
  /** `keepOld`: both secrets are accepted until the old ones are retired. */
  rotateSecret(clientId: string, newSecret: string, how: { readonly keepOld: boolean }): void;
  retireOldSecrets(clientId: string): void;
  accepts(client: Client): boolean;
  knows(clientId: string): boolean;
}

/** Writes down a refusal; a stranger's id is left out, for it could be a secret in the wrong place. */
export function recordRefusedClient(
  { journal }: SimulatorContext,
  registry: ClientRegistry,
  client: Client | undefined,
  status: number,
): void {
  const isKnown = client !== undefined && registry.knows(client.clientId);
  const identity = isKnown ? { clientId: client.clientId } : {};
  journal.record({ kind: "refuse-credentials", route: "token", status, ...identity });
}

export function createClientRegistry(clients: readonly Client[] = []): ClientRegistry {
  const secrets = new Map(clients.map((client) => [client.clientId, [client.clientSecret]]));
  const secretsOf = (clientId: string) => {
    const registered = secrets.get(clientId);
    if (registered === undefined) throw new RangeError(`no client ${clientId} is registered`);
    return registered;
  };

  return {
    register: ({ clientId, clientSecret }) => void secrets.set(clientId, [clientSecret]),
    rotateSecret(clientId, newSecret, { keepOld }) {
      const old = secretsOf(clientId);
      secrets.set(clientId, keepOld ? [...old, newSecret] : [newSecret]);
    },
    retireOldSecrets: (clientId) => void secrets.set(clientId, secretsOf(clientId).slice(-1)),
    accepts: ({ clientId, clientSecret }) => secrets.get(clientId)?.includes(clientSecret) ?? false,
    knows: (clientId) => secrets.has(clientId),
  };
}
