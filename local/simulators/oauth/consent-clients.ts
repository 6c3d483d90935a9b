import type { BasicCredentialEncoding } from "../kit/basic-authentication.ts";
import { readBasicCredentials } from "../kit/basic-authentication.ts";
import type { Client, ClientRegistry } from "../kit/client-registry.ts";
import { createClientRegistry } from "../kit/client-registry.ts";
import type { SimulatedRequest } from "../kit/request.ts";

/** A client that sends people to consent. Without a secret it is public (RFC 6749 §2.1). */
export interface ConsentClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** What a person is told that it is called. */
  readonly name: string;
  /** Where people may be sent back to; each provider says how it compares. */
  readonly redirectUris: readonly string[];
}

export interface ConsentClients {
  readonly registry: ClientRegistry;
  register(client: ConsentClient): void;
  find(clientId: string): ConsentClient | undefined;
  /** RFC 6749 §2.3: by Basic or by post, never both; a public client names itself in the form. */
  authenticate(request: SimulatedRequest, form: URLSearchParams): Authentication;
}

type Authentication = { readonly client: ConsentClient } | { readonly refused: Client | undefined };

export function createConsentClients(
  clients: readonly ConsentClient[],
  basicEncoding: BasicCredentialEncoding,
): ConsentClients {
  const clientsById = new Map<string, ConsentClient>();
  const registry = createClientRegistry();

  function register(client: ConsentClient): void {
    const { clientId, clientSecret } = client;
    clientsById.set(clientId, client);
    if (clientSecret !== undefined) registry.register({ clientId, clientSecret });
  }
  for (const client of clients) register(client);

  return {
    registry,
    register,
    find: (clientId) => clientsById.get(clientId),
    authenticate(request, form) {
      const shown = presentedClient(request, form, basicEncoding);
      if (shown === undefined) return { refused: undefined };
      const client = clientsById.get(shown.clientId);
      const isPublic = client !== undefined && client.clientSecret === undefined;
      const isAccepted = isPublic ? shown.clientSecret === "" : registry.accepts(shown);
      return client && isAccepted ? { client } : { refused: shown };
    },
  };
}

/** A public client shows its id alone: its secret is empty here. */
function presentedClient(
  request: SimulatedRequest,
  form: URLSearchParams,
  basicEncoding: BasicCredentialEncoding,
): Client | undefined {
  const posted = {
    clientId: form.get("client_id") ?? "",
    clientSecret: form.get("client_secret") ?? "",
  };
  const { authorization } = request.headers;
  if (authorization === undefined) return posted.clientId === "" ? undefined : posted;
  const basic = readBasicCredentials(authorization, basicEncoding);
  const isDuplicate = form.has("client_secret");
  const isContradictory = posted.clientId !== "" && posted.clientId !== basic?.clientId;
  return isDuplicate || isContradictory ? undefined : basic;
}
