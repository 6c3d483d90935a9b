const units = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** An instant relative to now, in its two largest units: `in 4 min 58 s`, `3 d 2 h ago`. */
export function relativeTime(instant: string | Date, now: Date): string {
  const ms = new Date(instant).getTime() - now.getTime();
  const words = formatDuration(Math.floor(Math.abs(ms) / 1000));
  return ms < 0 ? `${words} ago` : `in ${words}`;
}

function formatDuration(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest} s`);
  return parts.slice(0, 2).join(" ");
}

/** An instant as given, followed by its distance from now. */
export function withRelativeTime(instant: string | Date, now: Date): string {
  const text = typeof instant === "string" ? instant : instant.toISOString();
  return `${text} (${relativeTime(instant, now)})`;
}
