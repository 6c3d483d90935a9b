/** What an alarm tells of, each with a section in docs/operations.md that says what to do. */
export const alarmKinds = [
  "issue-rate",
  "credentials-rejected",
  "contested",
  "consent-ending",
  "lease-wait",
  "renewal-failures",
  "late-issues",
  "key-expiry",
  "errors",
  "throttles",
  "undelivered",
] as const;

export type AlarmKind = (typeof alarmKinds)[number];

/** Of a heading `Alarm: <topic>`, as GitHub makes it. */
export function runbookLink(topic: AlarmKind): string {
  return `docs/operations.md#alarm-${topic}`;
}
