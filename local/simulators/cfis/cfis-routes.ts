import { fingerprintOf } from "../kit/journal.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import { jsonReply } from "../kit/reply.ts";
import { headerOf } from "../kit/request.ts";
import type { SimulatedRoute } from "../kit/route.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { CfisAnswers, ValidateAnswer } from "./cfis-answers.ts";
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
