const nothing = { target: 0, accepted: 0, kind: "count" } as const;
const once = { target: 1, accepted: 1, kind: "count" } as const;

/** The goals of many calls at once, to one process or to another realm (goals.ts). */
export const concurrencyGoals = [
  { id: "concurrent-issues", measure: "concurrent-calls", what: "calls at once: issues", ...once },
  {
    id: "concurrent-dead-tokens",
    measure: "concurrent-calls",
    what: "calls at once: dead tokens",
    ...nothing,
  },
  {
    id: "concurrent-failed",
    measure: "concurrent-calls",
    what: "calls at once, N = 32: share that fails",
    ...nothing,
  },
  {
    id: "concurrent-rollover-failed",
    measure: "concurrent-calls",
    what: "calls at once, rollover: share that fails",
    ...nothing,
  },
  {
    id: "concurrent-requests",
    measure: "concurrent-calls",
    what: "calls at once, N = 32: requests per process",
    target: 8,
    accepted: 8,
    kind: "count",
  },
  {
    id: "concurrent-rollover-requests",
    measure: "concurrent-calls",
    what: "calls at once, rollover: requests per process",
    target: 8,
    accepted: 8,
    kind: "count",
  },
  {
    id: "bulkhead-p99",
    measure: "bulkheads",
    what: "another realm attacked: p99 ÷ p99 alone",
    target: 1.1,
    accepted: 1.3,
    kind: "time",
  },
  {
    id: "bulkhead-failures",
    measure: "bulkheads",
    what: "another realm attacked: failures",
    ...nothing,
  },
] as const;
