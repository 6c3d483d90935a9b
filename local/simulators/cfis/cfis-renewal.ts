import { fingerprintOf } from "../kit/journal.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { headerOf } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { IssuedCredential } from "../kit/token-ledger.ts";
import type { CfisAnswers, RenewalShape } from "./cfis-answers.ts";
import type { CfisKeys } from "./cfis-keys.ts";

/**
 * A GET that changes things; expired keys may renew too.
 * https://developer-partnerapi.confirmafinance.com/renew-access-token-4087230e0
 */
export function renewalRoute(
  { journal }: SimulatorContext,
  keys: CfisKeys,
  answers: CfisAnswers,
): SimulatedRoute {
  const fingerprint = (request: SimulatedRequest) => fingerprintOf(apiKeyOf(request));

  return {
    name: "renew",
    methods: ["GET"],
    path: "/api/v1/partner/renew",
    revocationScopeOf: fingerprint,
    handle(request) {
      const reply = renewed(keys, apiKeyOf(request), answers.renewal);
      const entry = { route: "renew", status: reply.status, fingerprint: fingerprint(request) };
      journal.record({ kind: "renew", ...entry });
      return reply;
    },
  };
}

function renewed(keys: CfisKeys, apiKey: string, shape: RenewalShape | undefined): SimulatedReply {
  if (shape === undefined) return jsonReply(404, { Message: "Not Found" });
  const isRenewable = ["live", "expired"].includes(keys.state(apiKey));
  if (!isRenewable) return jsonReply(401, { Message: "Unauthorized" });
  return renewalReply(shape, keys.replace(apiKey));
}

function renewalReply(shape: RenewalShape, carries: IssuedCredential): SimulatedReply {
  if (shape === "empty") return jsonReply(200, {});
  return { ...jsonReply(200, { [shape]: carries.value }), credential: carries };
}

function apiKeyOf(request: SimulatedRequest): string {
  return headerOf(request, "x-api-key") ?? "";
}
