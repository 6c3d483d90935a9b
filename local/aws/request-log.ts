import type { AwsRequest } from "./sigv4/guard.ts";

/** Counts requests to AWS by principal and action. */
export interface RequestLog {
  /** By the principal's ARN, then by action: `dynamodb:GetItem`. */
  readonly byPrincipal: ReadonlyMap<string, ReadonlyMap<string, number>>;
  add(request: AwsRequest): void;
}

export function requestLog(): RequestLog {
  const byPrincipal = new Map<string, Map<string, number>>();
  return {
    byPrincipal,
    add({ principal, action }) {
      const actions = byPrincipal.get(principal) ?? new Map<string, number>();
      byPrincipal.set(principal, actions.set(action, (actions.get(action) ?? 0) + 1));
    },
  };
}
