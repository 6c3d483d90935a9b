import type { IncomingHttpHeaders } from "node:http";

export interface RequestCounts {
  /** Requests by operation, `GetItem`. One that the SDK sends again after a fault or a late answer counts once. */
  readonly byOperation: ReadonlyMap<string, number>;
  of(operation: string): number;
  total(): number;
  reset(): void;
}

export interface RequestCounter extends RequestCounts {
  add(operation: string, headers: IncomingHttpHeaders): void;
}

export function requestCounter(): RequestCounter {
  const byOperation = new Map<string, number>();
  const of = (operation: string) => byOperation.get(operation) ?? 0;
  return {
    byOperation,
    of,
    total: () => [...byOperation.values()].reduce((sum, count) => sum + count, 0),
    reset: () => byOperation.clear(),
    add(operation, headers) {
      if (!isSentAgain(headers)) byOperation.set(operation, of(operation) + 1);
    },
  };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html: `attempt=2; max=3` */
function isSentAgain({ "amz-sdk-request": attempt }: IncomingHttpHeaders): boolean {
  return /attempt=(?!1\b)/.test(String(attempt));
}
