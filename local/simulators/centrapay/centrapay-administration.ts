import type { Protection } from "../kit/protected-route.ts";
import { protectedRoute } from "../kit/protected-route.ts";
import type { Reply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { jsonObjectOf } from "../kit/request.ts";
import type { Route } from "../kit/route.ts";
import { badRequest, forbidden } from "./centrapay-answers.ts";
import type { AccountKeys } from "./centrapay-keys.ts";

export type KeyProtection = Pick<Protection, "gate" | "present" | "refuse"> &
  Required<Pick<Protection, "refine">>;

const keysPath = /^\/api\/accounts\/(?<accountId>[^/]+)\/api-keys$/;
const keyPath = /^\/api\/accounts\/(?<accountId>[^/]+)\/api-keys\/(?<name>[^/]+)$/;

/** https://docs.centrapay.com/api/api-keys: keys are the business of an account's owners. */
export function administrationRoutes(
  protection: KeyProtection,
  keys: AccountKeys,
): readonly Route[] {
  const forOwners = {
    ...protection,
    refine: (request: SimulatedRequest, apiKey: string) =>
      protection.refine(request, apiKey) ??
      (keys.isOwner(apiKey, request.params["accountId"]) ? undefined : "forbidden"),
  };

  return [
    protectedRoute({
      ...forOwners,
      name: "create-key",
      methods: ["POST"],
      path: keysPath,
      allow: (request) => createKey(keys, request),
    }),
    protectedRoute({
      ...forOwners,
      name: "list-keys",
      methods: ["GET"],
      path: keysPath,
      allow: ({ params }) => jsonReply(200, keys.list(params["accountId"] ?? "")),
    }),
    protectedRoute({
      ...forOwners,
      name: "update-key",
      methods: ["PUT"],
      path: keyPath,
      allow: (request) => updateKey(keys, request),
    }),
  ];
}

function createKey(keys: AccountKeys, request: SimulatedRequest): Reply {
  const { accountId = "" } = request.params;
  const { name, role } = jsonObjectOf(request) ?? {};
  if (typeof name !== "string") return badRequest("name is required");
  if (role !== "account-owner" && role !== "merchant-terminal") {
    return badRequest("role is required");
  }
  if (keys.describe(accountId, name)) return badRequest("name is already in use");
  const carries = keys.create(accountId, name, role);
  const json = { ...keys.describe(accountId, name), secret: carries.value };
  return { ...jsonReply(200, json), carries };
}

function updateKey(keys: AccountKeys, request: SimulatedRequest): Reply {
  const { accountId = "", name = "" } = request.params;
  const { enabled } = jsonObjectOf(request) ?? {};
  if (typeof enabled !== "boolean") return badRequest("enabled is required");
  if (!keys.describe(accountId, name)) return forbidden;
  keys.setEnabled(accountId, name, enabled);
  return jsonReply(200, keys.describe(accountId, name));
}
