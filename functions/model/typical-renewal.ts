/** Renewals below twice this never count as slow. */
const usualRenewalMs = 100;

/**
 * What a renewal usually takes, after another one. A single slow renewal changes it little: otherwise processes that wait
 * for the next one would read too late. Null: none was seen before.
 */
export function typicalAfter(before: number | null, latestMs: number): number {
  const latest = Math.max(0, latestMs);
  if (before === null) return latest;
  return Math.round(before * 0.7 + Math.min(latest, 2 * Math.max(before, usualRenewalMs)) * 0.3);
}
