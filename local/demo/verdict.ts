/** One promise, with the expected and the measured value. */
export interface Verdict {
  readonly promise: string;
  readonly expected: string;
  readonly measured: string;
  readonly held: boolean;
}

/** `note` puts the number into context: `for 64 callers`. */
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
  max: number,
  measured: number,
  unit: string,
  note = "",
): Verdict {
  return {
    promise,
    expected: joinWords("≤", max, unit),
    measured: joinWords(measured, unit, note),
    held: Number.isFinite(measured) && measured <= max,
  };
}

export function atLeast(promise: string, min: number, measured: number, unit: string): Verdict {
  return {
    promise,
    expected: joinWords("≥", min, unit),
    measured: joinWords(measured, unit),
    held: Number.isFinite(measured) && measured >= min,
  };
}

/** Does not hold if there was nothing to measure. */
export function all(promise: string, measured: number, of: number, what: string): Verdict {
  return {
    promise,
    expected: "all",
    measured: joinWords(measured, "of", of, what),
    held: of > 0 && measured === of,
  };
}

/** Does not hold if there was nothing to measure. */
export function none(promise: string, measured: number, of: number, what: string): Verdict {
  return {
    promise,
    expected: "0",
    measured: joinWords(measured, "of", of, what),
    held: of > 0 && measured === 0,
  };
}

/** The verdict on a scene that failed. */
export function unfinished(error: unknown): Verdict {
  return {
    promise: "The scene runs to its end",
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

/** NaN and infinity stand for events that never happened. */
function formatNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : "never";
}
