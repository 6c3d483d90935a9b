/** How many requests were at the token endpoint at once, in all and per scope. */
export interface InFlight {
  /** Returns the way out; only the first time through it counts. */
  enter(scope: string): (how: "answered" | "hung-up") => void;
  highest(scope?: string): number;
}

interface Stay {
  readonly scope: string;
  readonly from: number;
  until: number;
}

/** The time that a hang-up may take to be noticed; its caller had long left by then. */
const noticeMs = 25;

export function createInFlight(): InFlight {
  const stays: Stay[] = [];

  return {
    enter(scope) {
      const stay: Stay = { scope, from: performance.now(), until: Number.POSITIVE_INFINITY };
      stays.push(stay);
      return (how) => {
        if (Number.isFinite(stay.until)) return;
        stay.until = performance.now() - (how === "hung-up" ? noticeMs : 0);
      };
    },
    highest: (scope) =>
      highestOverlap(stays.filter((stay) => (scope ?? stay.scope) === stay.scope)),
  };
}

function highestOverlap(stays: readonly Stay[]): number {
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
