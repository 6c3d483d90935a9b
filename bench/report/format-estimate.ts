import type { Estimate } from "../statistics/bootstrap.ts";

/** `1.26 [1.22..1.34]`; a count without an interval. */
export function formatEstimate({ value, low, high }: Estimate, digits?: number): string {
  const format = (one: number) => formatNumber(one, digits ?? digitsOf(value));
  return low === high ? format(value) : `${format(value)} [${format(low)}..${format(high)}]`;
}

/** With as many digits as it says something, and commas between thousands. */
export function formatNumber(value: number, digits = digitsOf(value)): string {
  if (!Number.isFinite(value)) return "–";
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function digitsOf(value: number): number {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return 0;
  if (Math.abs(value) >= 10) return 1;
  return Math.abs(value) < 0.2 ? 3 : 2;
}
