import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { FunctionPrincipal } from "./principals.ts";
import type { AccessDecision, ConditionContext } from "./simulate-access.ts";

/** One question of a principal: the action, on what (in words), the resource's ARN, and what the request carries. */
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
  /** Every other function, of the same realm as well. */
  readonly others: readonly FunctionPrincipal[];
  readonly foreignRealms: readonly string[];
}
