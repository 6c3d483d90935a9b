import type { BasicCredentialEncoding, Client, ClientRegistry } from "../kit/client-registry.ts";
import { createClientRegistry, readBasicCredentials } from "../kit/client-registry.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { ClientMethod } from "./client-method.ts";

/** A client of the authorization-code grant. Without a secret it is public (RFC 6749 §2.1). */
export interface ConsentClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** The name that users see. */
  readonly name: string;
  /** Each provider has its own way of comparing them. */
  readonly redirectUris: readonly string[];
}

export interface ConsentClients {
  readonly registry: ClientRegistry;
  register(client: ConsentClient): void;
  find(clientId: string): ConsentClient | undefined;
  /**
   * By the method that the server has; without one by Basic or by post, never both (RFC 6749 §2.3). A public client sends
   * only its id, in the form.
   */
  authenticate(request: SimulatedRequest, form: URLSearchParams): Authentication;
}

type Authentication =
  | { readonly client: ConsentClient }
  | { readonly refused: Pick<Client, "clientId"> | undefined };

export function createConsentClients(
  clients: readonly ConsentClient[],
  basicEncoding: BasicCredentialEncoding,
  methodOf?: (registry: ClientRegistry) => ClientMethod,
): ConsentClients {
  const clientsById = new Map<string, ConsentClient>();
  const registry = createClientRegistry();

  function register(client: ConsentClient): void {
    const { clientId, clientSecret } = client;
    clientsById.set(clientId, client);
    if (clientSecret !== undefined) registry.register({ clientId, clientSecret });
  }
  for (const client of clients) register(client);
  const method = methodOf?.(registry);

  function authenticateBy(
    { claimed, accepts }: ClientMethod,
    request: SimulatedRequest,
    form: URLSearchParams,
  ): Authentication {
    const clientId = claimed(request, form);
    const client = clientsById.get(clientId ?? "");
    if (client && accepts(request, form)) return { client };
    return { refused: clientId === undefined ? undefined : { clientId } };
  }

  return {
    registry,
    register,
    find: (clientId) => clientsById.get(clientId),
    authenticate(request, form) {
      if (method) return authenticateBy(method, request, form);
      const presented = presentedClient(request, form, basicEncoding);
      if (presented === undefined) return { refused: undefined };
      const client = clientsById.get(presented.clientId);
      const isPublic = client !== undefined && client.clientSecret === undefined;
      const isAccepted = isPublic ? presented.clientSecret === "" : registry.accepts(presented);
      return client && isAccepted ? { client } : { refused: presented };
    },
  };
}

/** The secret of a public client is empty. */
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
