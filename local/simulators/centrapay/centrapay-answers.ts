import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";

/** https://docs.centrapay.com/api/http-status-codes: a 400 has two members, the others three. */
export function centrapayError(
  statusCode: number,
  error: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): SimulatedReply {
  return jsonReply(statusCode, { statusCode, error, message }, headers);
}

export function badRequest(message: string): SimulatedReply {
  return jsonReply(400, { statusCode: 400, message });
}

/** Also the answer for missing resources and violated business rules. */
export const forbidden: SimulatedReply = centrapayError(403, "Forbidden", "Forbidden");
