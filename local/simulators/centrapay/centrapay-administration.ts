import type { ProtectedRouteOptions } from "../kit/protected-route.ts";
import { protectedRoute } from "../kit/protected-route.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { jsonObjectOf } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import { badRequest, forbidden } from "./centrapay-answers.ts";
import type { AccountKeys } from "./centrapay-keys.ts";

export type KeyRouteOptions = Pick<
  ProtectedRouteOptions,
  "verifier" | "readCredential" | "refuse"
> &
  Required<Pick<ProtectedRouteOptions, "authorize">>;

const keysPath = /^\/api\/accounts\/(?<accountId>[^/]+)\/api-keys$/;
const keyPath = /^\/api\/accounts\/(?<accountId>[^/]+)\/api-keys\/(?<name>[^/]+)$/;

/** https://docs.centrapay.com/api/api-keys: only an account's owners manage its keys. */
export function administrationRoutes(
  protection: KeyRouteOptions,
  keys: AccountKeys,
): readonly SimulatedRoute[] {
  const forOwners = {
    ...protection,
    authorize: (request: SimulatedRequest, apiKey: string) =>
      protection.authorize(request, apiKey) ??
      (keys.isOwner(apiKey, request.params["accountId"]) ? undefined : "forbidden"),
  };

  return [
    protectedRoute({
      ...forOwners,
      name: "create-key",
      methods: ["POST"],
      path: keysPath,
      respond: (request) => createKey(keys, request),
    }),
    protectedRoute({
      ...forOwners,
      name: "list-keys",
      methods: ["GET"],
      path: keysPath,
      respond: ({ params }) => jsonReply(200, keys.list(params["accountId"] ?? "")),
    }),
    protectedRoute({
      ...forOwners,
      name: "update-key",
      methods: ["PUT"],
      path: keyPath,
      respond: (request) => updateKey(keys, request),
    }),
  ];
}

function createKey(keys: AccountKeys, request: SimulatedRequest): SimulatedReply {
  const { accountId = "" } = request.params;
  const { name, role } = jsonObjectOf(request) ?? {};
  if (typeof name !== "string") return badRequest("name is required");
  if (role !== "account-owner" && role !== "merchant-terminal") {
    return badRequest("role is required");
  }
  if (keys.describe(accountId, name)) return badRequest("name is already in use");
  const credential = keys.create(accountId, name, role);
  const json = { ...keys.describe(accountId, name), secret: credential.value };
  return { ...jsonReply(200, json), credential };
}

function updateKey(keys: AccountKeys, request: SimulatedRequest): SimulatedReply {
  const { accountId = "", name = "" } = request.params;
  const { enabled } = jsonObjectOf(request) ?? {};
  if (typeof enabled !== "boolean") return badRequest("enabled is required");
  if (!keys.describe(accountId, name)) return forbidden;
  keys.setEnabled(accountId, name, enabled);
  return jsonReply(200, keys.describe(accountId, name));
}
