import { fingerprintOf } from "../kit/journal.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { headerOf, jsonObjectOf } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { IssuedCredential } from "../kit/token-ledger.ts";
import type { CfisAnswers, RenewalShape, ValidateAnswer } from "./cfis-answers.ts";
import type { CfisKeys } from "./cfis-keys.ts";

/** https://developer-partnerapi.confirmafinance.com/validate-access-token-4087227e0 */
export function validationRoute(
  { journal }: SimulatorContext,
  keys: CfisKeys,
  answers: CfisAnswers,
): SimulatedRoute {
  return {
    name: "validate",
    methods: ["GET"],
    path: "/api/v1/partner/validate",
    handle(request) {
      const apiKey = headerOf(request, "x-api-key") ?? "";
      const reply = validationReply(answers.validate, keys.state(apiKey) === "live");
      const fingerprint = fingerprintOf(apiKey);
      journal.record({ kind: "probe", route: "validate", status: reply.status, fingerprint });
      return reply;
    },
  };
}

function validationReply(answer: ValidateAnswer, isLive: boolean): SimulatedReply {
  if (answer === "valid-false") return invalid(200);
  if (answer !== "faithful") return invalid(answer);
  return isLive ? jsonReply(200, { isValid: true, message: "Token is valid" }) : invalid(401);
}

function invalid(status: number): SimulatedReply {
  return jsonReply(status, { isValid: false, message: "Token is invalid or has expired" });
}

/**
 * A GET with side effects. Expired keys can be renewed too.
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

function renewalReply(shape: RenewalShape, credential: IssuedCredential): SimulatedReply {
  if (shape === "empty") return jsonReply(200, {});
  return { ...jsonReply(200, { [shape]: credential.value }), credential: credential };
}

function apiKeyOf(request: SimulatedRequest): string {
  return headerOf(request, "x-api-key") ?? "";
}

/**
 * Answers with the new client's initial access token. The names of the members are guesses.
 * https://developer-partnerapi.confirmafinance.com/create-a-new-client-4084487e0
 */
export function createClientReply(
  keys: CfisKeys,
  request: SimulatedRequest,
  number: number,
): SimulatedReply {
  const { service, client } = jsonObjectOf(request) ?? {};
  if (service === undefined || client === undefined) {
    return jsonReply(400, { Message: "service and client are required" });
  }
  const clientIdentifier = `client-${number}`;
  const credential = keys.issue(clientIdentifier);
  const json = {
    clientIdentifier,
    customerCode: String(10_000 + number),
    paymentReferencePrefix: String(100 + number),
    accessToken: credential.value,
  };
  return { ...jsonReply(200, json), credential: credential };
}
