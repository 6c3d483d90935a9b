/** One promise beside what the run measured of it. */
export interface Verdict {
  readonly promise: string;
  readonly expected: string;
  readonly measured: string;
  readonly held: boolean;
}

/** The note says what the figure is seen against: `for 64 callers`. */
export function exactly(promise: string, expected: number, measured: number, note = ""): Verdict {
  return {
    promise,
    expected: joinWords(expected),
    measured: joinWords(measured, note),
    held: measured === expected,
  };
}

export function atMost(
  promise: string,
  most: number,
  measured: number,
  unit: string,
  note = "",
): Verdict {
  return {
    promise,
    expected: joinWords("≤", most, unit),
    measured: joinWords(measured, unit, note),
    held: Number.isFinite(measured) && measured <= most,
  };
}

export function atLeast(promise: string, least: number, measured: number, unit: string): Verdict {
  return {
    promise,
    expected: joinWords("≥", least, unit),
    measured: joinWords(measured, unit),
    held: Number.isFinite(measured) && measured >= least,
  };
}

/** Nothing is proved of nobody: it does not hold. */
export function all(promise: string, measured: number, of: number, what: string): Verdict {
  return {
    promise,
    expected: "all",
    measured: joinWords(measured, "of", of, what),
    held: of > 0 && measured === of,
  };
}

/** Nothing is proved of nobody: it does not hold. */
export function none(promise: string, measured: number, of: number, what: string): Verdict {
  return {
    promise,
    expected: "0",
    measured: joinWords(measured, "of", of, what),
    held: of > 0 && measured === 0,
  };
}

/** A scene that did not come to its end has kept nothing. */
export function unfinished(error: unknown): Verdict {
  return {
    promise: "The scene plays to its end",
    expected: "yes",
    measured: error instanceof Error ? error.message : String(error),
    held: false,
  };
}

function joinWords(...parts: readonly (string | number)[]): string {
  return parts
    .map((part) => (typeof part === "number" ? formatNumber(part) : part))
    .join(" ")
    .trimEnd();
}

/** What never happened is no number, and keeps no promise. */
function formatNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : "never";
}
