import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { Policy } from "../infra/principals.ts";
import { testLocation } from "../infra/synthesized.ts";

export type AccessDecision = "allowed" | "denied";

/** IAM condition keys of a request, with their values. */
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
 * Evaluates the request as IAM would. Throws if the simulator cannot interpret a part of the request, because that
 * would look like a denial.
 */
export async function simulateAccess(request: AccessRequest): Promise<AccessDecision> {
  const { principal, policies, action, resource, context, resourcePolicy } = request;
  const [, , , , accountId = ""] = resource.split(":");
  const simulation = {
    request: {
      principal,
      action,
      resource: { resource, accountId: accountId || testLocation.accountId },
      contextVariables: replaceUnsupportedKeys(context),
    },
    identityPolicies: [...replaceUnsupportedKeys(policies)],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: resourcePolicy && replaceUnsupportedKeys(resourcePolicy),
  };
  const outcome = await runSimulation(simulation, { simulationMode: "Strict" });
  const label = `${action} on ${resource}`;
  if (outcome.resultType === "error") {
    throw new Error(`${label} was not understood: ${JSON.stringify(outcome.errors)}`);
  }
  if (outcome.resultType === "wildcard") throw new Error(`${label} has more than one answer.`);
  const { ignoredContextKeys } = outcome.result;
  if (ignoredContextKeys?.length !== 0) {
    throw new Error(`${label} was answered without ${ignoredContextKeys?.join() ?? "context"}.`);
  }
  return outcome.overallResult === "Allowed" ? "allowed" : "denied";
}

/** The simulator ignores `kms:EncryptionContext:…`: a principal tag, which is also a string, takes its testLocation. */
function replaceUnsupportedKeys<T>(value: T): T {
  const text = JSON.stringify(value);
  return JSON.parse(text.replaceAll(/"kms:EncryptionContext:/gi, '"aws:PrincipalTag/Context-'));
}
