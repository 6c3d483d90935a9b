/** How many requests were at the token endpoint at once, in all and per scope. */
export interface InFlightRequests {
  /** Returns the way out; only the first time through it counts. */
  begin(scope: string): (how: "answered" | "hung-up") => void;
  highest(scope?: string): number;
}

interface Interval {
  readonly scope: string;
  readonly from: number;
  until: number;
}

/** The time that a hang-up may take to be noticed; its caller had long left by then. */
const disconnectNoticeMs = 25;

export function createInFlightRequests(): InFlightRequests {
  const stays: Interval[] = [];

  return {
    begin(scope) {
      const stay: Interval = { scope, from: performance.now(), until: Number.POSITIVE_INFINITY };
      stays.push(stay);
      return (how) => {
        if (Number.isFinite(stay.until)) return;
        stay.until = performance.now() - (how === "hung-up" ? disconnectNoticeMs : 0);
      };
    },
    highest: (scope) =>
      highestOverlap(stays.filter((stay) => (scope ?? stay.scope) === stay.scope)),
  };
}

function highestOverlap(stays: readonly Interval[]): number {
  const steps = stays
    .filter(({ from, until }) => from < until)
    .flatMap(({ from, until }) => [
      { at: from, change: 1 },
      { at: until, change: -1 },
    ])
    .sort((one, other) => one.at - other.at || one.change - other.change);
  let current = 0;
  let highest = 0;
  for (const { change } of steps) {
    current += change;
    highest = Math.max(highest, current);
  }
  return highest;
}
