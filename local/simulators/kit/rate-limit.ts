const minuteMs = 60_000;

/** So many requests in any minute, for each account. */
export interface RateLimit {
  /** False, and nothing taken, when the minute is full. */
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
