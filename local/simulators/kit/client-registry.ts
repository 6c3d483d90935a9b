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
  /** Empty for a client that is not registered. */
  secretsOf(clientId: string): readonly string[];
  knows(clientId: string): boolean;
}

/** Records a refusal in the journal. An unknown client's id is left out: it could be a secret in the wrong field. */
export function recordRefusedClient(
  { journal }: SimulatorContext,
  registry: ClientRegistry,
  client: Pick<Client, "clientId"> | undefined,
  status: number,
): void {
  const isKnown = client !== undefined && registry.knows(client.clientId);
  const identity = isKnown ? { clientId: client.clientId } : {};
  journal.record({ kind: "refuse-credentials", route: "token", status, ...identity });
}

export function createClientRegistry(clients: readonly Client[] = []): ClientRegistry {
  const secrets = new Map(clients.map((client) => [client.clientId, [client.clientSecret]]));
  const registeredFor = (clientId: string) => {
    const registered = secrets.get(clientId);
    if (registered === undefined) throw new RangeError(`no client ${clientId} is registered`);
    return registered;
  };

  return {
    register: ({ clientId, clientSecret }) => void secrets.set(clientId, [clientSecret]),
    rotateSecret(clientId, newSecret, { keepOld }) {
      const old = registeredFor(clientId);
      secrets.set(clientId, keepOld ? [...old, newSecret] : [newSecret]);
    },
    retireOldSecrets: (clientId) => void secrets.set(clientId, registeredFor(clientId).slice(-1)),
    accepts: ({ clientId, clientSecret }) => secrets.get(clientId)?.includes(clientSecret) ?? false,
    secretsOf: (clientId) => secrets.get(clientId) ?? [],
    knows: (clientId) => secrets.has(clientId),
  };
}

/**
 * `raw` is Base64(id:secret), as Conferma, ConnectPay and curl -u encode it; `rfc6749` expects id and secret to be
 * form-encoded first (RFC 6749 §2.3.1).
 */
export type BasicCredentialEncoding = "raw" | "rfc6749";

export function readBasicCredentials(
  header: string | undefined,
  encoding: BasicCredentialEncoding,
): Client | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? "")?.[1] ?? "";
  const decoded = Buffer.from(encoded, "base64");
  // Node's decoder is lenient; a provider that compares the Base64 text is not.
  if (decoded.toString("base64") !== encoded) return undefined;
  const pair = decoded.toString("utf8");
  const colon = pair.indexOf(":");
  if (colon < 0) return undefined;
  const read = encoding === "raw" ? (text: string) => text : decodeForm;
  const clientId = read(pair.slice(0, colon));
  const clientSecret = read(pair.slice(colon + 1));
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { clientId, clientSecret };
}

function decodeForm(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
