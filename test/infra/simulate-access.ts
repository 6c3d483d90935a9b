import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { Policy } from "./principals.ts";
import { place } from "./synthesized.ts";

export type AccessDecision = "allowed" | "denied";

/** What a request carries beside its action and its resource. */
export type ConditionContext = Readonly<Record<string, string | string[]>>;

export interface AccessRequest {
  readonly principal: string;
  readonly policies: readonly Policy[];
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
  readonly resourcePolicy?: unknown;
}

/**
 * What IAM would answer. Throws on a question that the simulator did not understand or did not take as it was put:
 * that would read like a denial.
 */
export async function simulateAccess(request: AccessRequest): Promise<AccessDecision> {
  const { principal, policies, action, resource, context, resourcePolicy } = request;
  const [, , , , accountId = ""] = resource.split(":");
  const simulation = {
    request: {
      principal,
      action,
      resource: { resource, accountId: accountId || place.accountId },
      contextVariables: inKnownWords(context),
    },
    identityPolicies: [...inKnownWords(policies)],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: resourcePolicy && inKnownWords(resourcePolicy),
  };
  const answer = await runSimulation(simulation, { simulationMode: "Strict" });
  const question = `${action} on ${resource}`;
  if (answer.resultType === "error") {
    throw new Error(`${question} was not understood: ${JSON.stringify(answer.errors)}`);
  }
  if (answer.resultType === "wildcard") throw new Error(`${question} is many questions.`);
  const { ignoredContextKeys } = answer.result;
  if (ignoredContextKeys?.length !== 0) {
    throw new Error(`${question} was answered without ${ignoredContextKeys?.join() ?? "context"}.`);
  }
  return answer.overallResult === "Allowed" ? "allowed" : "denied";
}

/** The simulator ignores `kms:EncryptionContext:…`. A principal's tag is text as well, and may be in any request. */
function inKnownWords<T>(value: T): T {
  const text = JSON.stringify(value);
  return JSON.parse(text.replaceAll(/"kms:EncryptionContext:/gi, '"aws:PrincipalTag/Context-'));
}
