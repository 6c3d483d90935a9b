/** What one figure of a measure is to be, and what today's code keeps. All are upper bounds. */
export interface Goal {
  /** The figure's name in a measure's findings. */
  readonly id: string;
  readonly what: string;
  readonly target: number;
  /** Above this the command fails: a count by its value, a time if its whole interval lies above. */
  readonly accepted: number;
  /** What the code had when `accepted` was set, and what that leaves for a noisy machine. */
  readonly measured: number;
  readonly kind: "count" | "time";
}

const nothing = { target: 0, accepted: 0, measured: 0, kind: "count" } as const;
const once = { target: 1, accepted: 1, measured: 1, kind: "count" } as const;

/** Today's code is held to `accepted`; whoever makes it faster lowers that bound, so that it stays faster. */
export const goals: readonly Goal[] = [
  { id: "cold-issues", what: "cold burst: issues", ...once },
  { id: "cold-dead-tokens", what: "cold burst: dead tokens", ...nothing },
  { id: "cold-failures", what: "cold burst: failures", ...nothing },
  {
    id: "cold-requests-alone",
    what: "first issue of one process: store requests",
    target: 4,
    accepted: 4,
    measured: 4,
    kind: "count",
  },
  {
    id: "cold-requests",
    what: "cold burst, N = 8: store requests per process",
    target: 4,
    accepted: 8,
    measured: 6.6,
    kind: "count",
  },
  {
    id: "cold-8",
    what: "cold burst, N = 8: p99 ÷ provider's time",
    target: 1.3,
    accepted: 1.6,
    measured: 1.43,
    kind: "time",
  },
  {
    id: "cold-32",
    what: "cold burst, N = 32: p99 ÷ provider's time",
    target: 1.8,
    accepted: 2.8,
    measured: 2.33,
    kind: "time",
  },
  {
    id: "cold-lag",
    what: "cold burst, N = 8: lag p99 ÷ lock + double check",
    target: 1 / 14,
    accepted: 0.16,
    measured: 0.08,
    kind: "time",
  },
  { id: "rollover-issues", what: "rollover: issues", ...once },
  { id: "rollover-dead-tokens", what: "rollover: refused uses", ...nothing },
  { id: "rollover-failures", what: "rollover: failures", ...nothing },
  {
    id: "rollover-requests",
    what: "rollover: store requests per process",
    target: 2.5,
    accepted: 6,
    measured: 4.9,
    kind: "count",
  },
  {
    id: "rollover-stall",
    // The provider's time, 250 ms, and four round trips to the store.
    what: "rollover: longest vend, ms",
    target: 420,
    accepted: 1700,
    measured: 1450,
    kind: "time",
  },
  {
    id: "rollover-lag-p50",
    what: "rollover: lag p50 ÷ lock + double check",
    target: 0.2,
    accepted: 0.33,
    measured: 0.26,
    kind: "time",
  },
  {
    id: "rollover-lag-p99",
    what: "rollover: lag p99 ÷ lock + double check",
    target: 0.1,
    accepted: 0.2,
    measured: 0.13,
    kind: "time",
  },
  { id: "hit-requests", what: "store hit: store requests", ...once },
  {
    id: "hit-signed",
    what: "store hit ÷ GetItem signed before",
    target: 1.15,
    accepted: 1.35,
    measured: 1.26,
    kind: "time",
  },
  {
    id: "memory-client",
    what: "client.vend() from memory ÷ no-op",
    target: 3,
    accepted: 16,
    measured: 13.3,
    kind: "time",
  },
  {
    id: "memory-client-context",
    what: "client.vend({ context }) from memory ÷ no-op",
    target: 3,
    accepted: 45,
    measured: 36,
    kind: "time",
  },
  {
    id: "memory-function",
    what: "vend-token from memory ÷ empty middy handler",
    target: 1.5,
    accepted: 6,
    measured: 5.1,
    kind: "time",
  },
  {
    id: "start-local",
    what: "cold start, local key ÷ plain DynamoDB client",
    target: 0.4,
    accepted: 0.95,
    measured: 0.82,
    kind: "time",
  },
  {
    id: "start-kms",
    what: "cold start, KMS ÷ plain DynamoDB client",
    target: 0.4,
    accepted: 1.15,
    measured: 1.01,
    kind: "time",
  },
  {
    id: "start-documented",
    what: "cold start, KMS ÷ Powertools, zod, middy",
    target: 0.25,
    accepted: 0.8,
    measured: 0.66,
    kind: "time",
  },
  {
    id: "hot-modules",
    what: "modules that a store hit loads",
    target: 26,
    accepted: 26,
    measured: 26,
    kind: "count",
  },
  {
    id: "hot-bytes",
    what: "KB that a store hit loads (gzip)",
    target: 25,
    accepted: 104,
    measured: 101.4,
    kind: "count",
  },
  { id: "concurrent-issues", what: "calls at once: issues", ...once },
  { id: "concurrent-dead-tokens", what: "calls at once: dead tokens", ...nothing },
  // The calls that fail are those that the emulated table does not answer within a second.
  {
    id: "concurrent-failed",
    what: "calls at once, N = 32: share that fails",
    target: 0,
    accepted: 0.7,
    measured: 0.56,
    kind: "count",
  },
  {
    id: "concurrent-rollover-failed",
    what: "calls at once, rollover: share that fails",
    target: 0,
    accepted: 0.7,
    measured: 0.56,
    kind: "count",
  },
  {
    id: "concurrent-requests",
    what: "calls at once, N = 32: requests per process",
    target: 8,
    accepted: 60,
    measured: 51,
    kind: "count",
  },
  {
    id: "concurrent-rollover-requests",
    what: "calls at once, rollover: requests per process",
    target: 8,
    accepted: 60,
    measured: 51,
    kind: "count",
  },
  {
    id: "tick-requests",
    what: "renewal tick: store requests per renewal",
    target: 2,
    accepted: 3.2,
    measured: 3.02,
    kind: "count",
  },
  {
    id: "tick-cpu",
    what: "renewal tick: CPU per renewal, ms",
    target: 5,
    accepted: 9,
    measured: 7.6,
    kind: "time",
  },
  {
    id: "leader-death",
    what: "death of the leader ÷ lease",
    target: 1.05,
    accepted: 1.15,
    measured: 1.053,
    kind: "time",
  },
];

/** The goal of this name; fails if there is none. */
export function goalOf(id: string): Goal {
  const goal = goals.find((one) => one.id === id);
  if (!goal) throw new RangeError(`There is no goal "${id}".`);
  return goal;
}
