import type { AccessRefusalReason } from "../kit/gate.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";

/** What the provider leaves unpublished, and a test may therefore choose (providers §1.3, A28, A29). */
export interface CfisAnswers {
  validate: ValidateAnswer;
  /** Of the refusal of an expired key. */
  expiryStatus: ExpiryStatus;
  /** Undefined: renewal is off. */
  renewal: RenewalShape | undefined;
}

/** `valid-false`: 200 with `isValid: false`, which the page does not show but the shape allows. */
export type ValidateAnswer = "faithful" | "valid-false" | 400 | 401 | 403 | 419;
export type ExpiryStatus = 200 | 400 | 401 | 403 | 419;
/** The page's sample has only `Message`; which member holds the new key is unknown. */
export type RenewalShape = "Message" | "message" | "accessToken" | "empty";

/** Error bodies are unpublished, and the pages disagree on the case of `Message`. */
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
