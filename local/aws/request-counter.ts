export interface RequestCounts {
  /** Requests by operation, `GetItem`. */
  readonly byOperation: ReadonlyMap<string, number>;
  of(operation: string): number;
  total(): number;
  reset(): void;
}

export interface RequestCounter extends RequestCounts {
  add(operation: string): void;
}

export function requestCounter(): RequestCounter {
  const byOperation = new Map<string, number>();
  const of = (operation: string) => byOperation.get(operation) ?? 0;
  return {
    byOperation,
    of,
    total: () => [...byOperation.values()].reduce((sum, count) => sum + count, 0),
    reset: () => byOperation.clear(),
    add: (operation) => byOperation.set(operation, of(operation) + 1),
  };
}
