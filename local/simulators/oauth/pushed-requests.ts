import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { AuthorizationEndpoint, PushedQueries } from "./authorization-endpoint.ts";
import { authorizationError } from "./authorization-endpoint.ts";
import type { GrantEndpoint } from "./grant-endpoint.ts";
import { withClient } from "./grant-endpoint.ts";

export interface PushedRequests extends PushedQueries {
  /** Returns the name of the request. */
  add(parameters: URLSearchParams): string;
}

const lifetimeSeconds = 60;

export function createPushedRequests({ now, random }: SimulatorContext): PushedRequests {
  const requests = new Map<string, { parameters: URLSearchParams; expiresAt: number }>();
  return {
    add(parameters) {
      const requestUri = `urn:ietf:params:oauth:request_uri:${random(24).toString("base64url")}`;
      requests.set(requestUri, { parameters, expiresAt: now() + lifetimeSeconds * 1000 });
      return requestUri;
    },
    take(requestUri, clientId) {
      const pushed = requests.get(requestUri);
      if (!pushed || pushed.parameters.get("client_id") !== clientId) return undefined;
      requests.delete(requestUri);
      return now() < pushed.expiresAt ? pushed.parameters : undefined;
    },
  };
}

/** RFC 9126 §2: refuses at once what the authorization endpoint would refuse. */
export function answerPush(
  context: SimulatorContext,
  grants: GrantEndpoint,
  authorization: AuthorizationEndpoint,
  pushed: PushedRequests,
  request: SimulatedRequest,
): SimulatedReply {
  return withClient(context, grants, request, "form", (client, form) => {
    const refuse = (error: string) => {
      const { clientId } = client;
      context.journal.record({ kind: "refuse-authorize", status: 400, reason: error, clientId });
      return jsonReply(400, { error });
    };
    const isOwn = form.get("client_id") === client.clientId;
    // One that was pushed before is no request (RFC 9126 §2.1).
    if (!isOwn || form.has("request_uri")) return refuse("invalid_request");
    if (!client.redirectUris.includes(form.get("redirect_uri") ?? ""))
      return refuse("invalid_request");
    const [error] = authorizationError(form, authorization) ?? [];
    if (error !== undefined) return refuse(error);
    const answer = { request_uri: pushed.add(form), expires_in: lifetimeSeconds };
    return jsonReply(201, answer, { "cache-control": "no-store" });
  });
}
