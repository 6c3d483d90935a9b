import { problemOf } from "../functions/http/problem.ts";
import type { ProblemCode } from "../functions/model/errors.ts";
import { problemCodes, VendingError } from "../functions/model/errors.ts";
import { reference } from "./reference.ts";

type Operation = "vending" | "consents" | "progress" | "status";

const everywhere: readonly Operation[] = ["vending", "consents", "progress", "status"];

/** The kinds of request that may be answered with a problem. */
const operations: Readonly<Record<ProblemCode, readonly Operation[]>> = {
  "invalid-request": everywhere,
  "unknown-connection": everywhere,
  "scope-conflict": ["vending"],
  "validity-unavailable": ["vending"],
  "consent-required": ["vending"],
  frozen: ["vending"],
  "credentials-rejected": ["vending", "consents"],
  "secret-malformed": ["vending", "consents"],
  "provider-malformed": ["vending"],
  contested: ["vending"],
  "provider-throttled": ["vending"],
  "provider-unavailable": ["vending"],
  "renewal-in-progress": everywhere,
  "store-unavailable": everywhere,
  "secret-unavailable": ["vending", "consents"],
  internal: everywhere,
};

export function problemsOf(operation: Operation): readonly ProblemCode[] {
  return problemCodes.filter((code) => operations[code].includes(operation));
}

/** A response for each status of these problems, and for those of API Gateway itself. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const byStatus = Object.groupBy(codes.map(exampleProblem), ({ status }) => String(status));
  const problemStatuses = Object.entries(byStatus).map(([status, problems = []]) => {
    const titles = problems.map(({ code, title }) => `\`${code}\`: ${title}.`);
    const examples = problems.map((value) => [value.code, { value }]);
    const canWait = problems.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined);
    const response = {
      description: titles.join(" "),
      ...(canWait ? { headers: { "Retry-After": retryAfter } } : {}),
      content: {
        "application/problem+json": {
          schema: reference("schemas", "Problem"),
          examples: Object.fromEntries(examples),
        },
      },
    };
    return [status, response];
  });
  return {
    ...Object.fromEntries(problemStatuses),
    "403": reference("responses", "Forbidden"),
    "429": reference("responses", "TooManyRequests"),
  };
}

const retryAfter = {
  description: "Seconds to wait.",
  schema: { type: "integer", minimum: 1 },
};

function exampleProblem(code: ProblemCode) {
  const waiting = problemOf(new VendingError(code, details[code], 7), connection);
  return code === "invalid-request"
    ? problemOf(new VendingError(code, details[code]), null)
    : waiting;
}

const connection = "conferma/production/default";

const details: Readonly<Record<ProblemCode, string>> = {
  "invalid-request": "minValiditySeconds: must be a whole number of seconds, in digits.",
  "unknown-connection":
    "There is no usable secret token-vending/conferma/production/default. Create it with npm run vend -- secret put, or restore it if it was deleted.",
  "scope-conflict":
    "conferma/production/other already issues for the same platform key or client id, and each new token revokes the other's. Vend from conferma/production/other, or give this connection credentials of its own.",
  "validity-unavailable": "This provider's token may not be renewed before its handover, in 7 s.",
  "consent-required": "A person has to consent first.",
  frozen:
    'Frozen by arn:aws:sts::111122223333:assumed-role/operator/jo at 2026-11-20T10:00:00.000Z: The key has leaked. An operator who knows that the reason is gone can thaw it: npm run vend -- thaw conferma/production/default --reason "…".',
  "credentials-rejected": "The provider refuses these credentials (401).",
  "secret-malformed": "clientId: is missing.",
  "provider-malformed": "The provider's answer holds no token.",
  contested: "Fresh tokens keep being rejected: another issuer is revoking them.",
  "provider-throttled": "The provider asks for fewer requests (429).",
  "provider-unavailable": "The provider answered 503.",
  "renewal-in-progress": "Another process is renewing this connection and may not finish in time.",
  "store-unavailable": "DynamoDB did not answer (TimeoutError).",
  "secret-unavailable": "Secrets Manager did not answer (TimeoutError).",
  internal: "Something went wrong that should not; the function's log has its name.",
};
