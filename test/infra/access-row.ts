import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { AccessDecision, ConditionContext } from "../access/simulate-access.ts";
import type { FunctionPrincipal } from "./principals.ts";

/**
 * One access check: expected decision, action, label of the target, the resource's ARN, condition context and policy.
 */
export type Row = readonly [
  expected: AccessDecision,
  action: string,
  what: string,
  resource: string,
  context?: ConditionContext,
  resourcePolicy?: unknown,
];

export interface RowContext {
  readonly stack: DeployedStack;
  readonly self: FunctionPrincipal;
  /** Every other function, including those of the same realm. */
  readonly others: readonly FunctionPrincipal[];
  readonly foreignRealms: readonly string[];
}

/** A request that any principal may attempt. `what` is its label. */
export interface AccessAttempt {
  readonly what: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: ConditionContext;
  readonly resourcePolicy?: unknown;
}
