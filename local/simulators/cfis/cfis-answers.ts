import type { AccessRefusalReason } from "../kit/protected-route.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";

/** Answers that the provider does not document, so that tests can choose them. */
export interface CfisAnswers {
  validate: ValidateAnswer;
  /** Status of the answer to an expired key. */
  expiryStatus: ExpiryStatus;
  /** Undefined: renewal answers 404. */
  renewal: RenewalShape | undefined;
}

/** `valid-false`: 200 with `isValid: false`, which is not documented but possible. */
export type ValidateAnswer = "faithful" | "valid-false" | 400 | 401 | 403 | 419;
export type ExpiryStatus = 200 | 400 | 401 | 403 | 419;
/** The documented sample has only `Message`. Which member holds the new key is unknown. */
export type RenewalShape = "Message" | "message" | "accessToken" | "empty";

/** Error bodies are not documented, and the pages disagree on the case of `Message`. */
export function cfisRefusal(
  reason: AccessRefusalReason,
  expiryStatus: ExpiryStatus,
): SimulatedReply {
  switch (reason) {
    case "expired":
      return jsonReply(expiryStatus, { Message: "Token has expired" });
    case "forbidden":
      return jsonReply(403, { Message: "Forbidden" });
    default:
      return jsonReply(401, { Message: "Unauthorized" });
  }
}
