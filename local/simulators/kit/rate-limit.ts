const minuteMs = 60_000;

/** Limits the requests of each account within any minute. */
export interface RateLimit {
  /** Returns false if the limit has been reached. */
  take(accountId: string): boolean;
  waitSeconds(accountId: string): number;
}

export function createRateLimit(now: () => number, requestsPerMinute: number): RateLimit {
  const calls = new Map<string, readonly number[]>();
  const recent = (accountId: string) =>
    (calls.get(accountId) ?? []).filter((at) => now() - at < minuteMs);

  return {
    take(accountId) {
      const before = recent(accountId);
      if (before.length >= requestsPerMinute) return false;
      calls.set(accountId, [...before, now()]);
      return true;
    },
    waitSeconds(accountId) {
      const [oldest = now()] = recent(accountId);
      return Math.ceil((oldest + minuteMs - now()) / 1000);
    },
  };
}
