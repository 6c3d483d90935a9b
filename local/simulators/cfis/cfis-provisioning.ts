import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import { jsonObjectOf } from "../kit/request.ts";
import type { CfisKeys } from "./cfis-keys.ts";

/**
 * Answers with the new client's initial access token; the names of the members are guesses.
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
  const carries = keys.issue(clientIdentifier);
  const json = {
    clientIdentifier,
    customerCode: String(10_000 + number),
    paymentReferencePrefix: String(100 + number),
    accessToken: carries.value,
  };
  return { ...jsonReply(200, json), credential: carries };
}
