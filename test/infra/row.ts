import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { Answer, Context } from "./ask.ts";
import type { Principal } from "./principals.ts";

/** One question of a principal: the action, on what (in words), the resource's ARN, and what the request carries. */
export type Row = readonly [
  expected: Answer,
  action: string,
  what: string,
  resource: string,
  context?: Context,
  resourcePolicy?: unknown,
];

export interface Asking {
  readonly stack: DeployedStack;
  readonly me: Principal;
  /** Every other function, of the same realm as well. */
  readonly others: readonly Principal[];
  readonly foreignRealms: readonly string[];
}
