/** Measures how many requests the token endpoint handled concurrently, in all and per revocation scope. */
export interface InFlightRequests {
  /** Returns a function that ends the request; only its first call counts. */
  begin(revocationScope: string): (outcome: "answered" | "disconnected") => void;
  max(revocationScope?: string): number;
}

interface Interval {
  readonly revocationScope: string;
  readonly from: number;
  until: number;
}

/** How long it may take to notice that a caller has disconnected. */
const disconnectNoticeMs = 25;

export function createInFlightRequests(): InFlightRequests {
  const intervals: Interval[] = [];

  return {
    begin(revocationScope) {
      const from = performance.now();
      const interval: Interval = { revocationScope, from, until: Number.POSITIVE_INFINITY };
      intervals.push(interval);
      return (outcome) => {
        if (Number.isFinite(interval.until)) return;
        interval.until = performance.now() - (outcome === "disconnected" ? disconnectNoticeMs : 0);
      };
    },
    max: (revocationScope) =>
      maxOverlap(
        intervals.filter(
          (interval) => (revocationScope ?? interval.revocationScope) === interval.revocationScope,
        ),
      ),
  };
}

function maxOverlap(intervals: readonly Interval[]): number {
  const steps = intervals
    .filter(({ from, until }) => from < until)
    .flatMap(({ from, until }) => [
      { at: from, change: 1 },
      { at: until, change: -1 },
    ])
    .sort((one, other) => one.at - other.at || one.change - other.change);
  let current = 0;
  let max = 0;
  for (const { change } of steps) {
    current += change;
    max = Math.max(max, current);
  }
  return max;
}
