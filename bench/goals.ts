import { concurrencyGoals } from "./concurrency-goals.ts";
import { manyConnectionsGoals } from "./many-connections-goals.ts";
import type { MeasureName } from "./measures/measure.ts";

/** What one figure of a measure is to be, and what today's code keeps. All are upper bounds. */
export interface Goal {
  /** The figure's name in a measure's findings. */
  readonly id: string;
  /** Which finds it. */
  readonly measure: MeasureName;
  readonly what: string;
  readonly target: number;
  /** Above this the command fails: a count by its value, a time if its whole interval lies above. */
  readonly accepted: number;
  readonly kind: "count" | "time";
}

const nothing = { target: 0, accepted: 0, kind: "count" } as const;
const once = { target: 1, accepted: 1, kind: "count" } as const;

/** Today's code is held to `accepted`; whoever makes it faster lowers that bound, so that it stays faster. */
export const goals: readonly Goal[] = [
  { id: "cold-issues", measure: "cold-burst", what: "cold burst: issues", ...once },
  { id: "cold-dead-tokens", measure: "cold-burst", what: "cold burst: dead tokens", ...nothing },
  { id: "cold-failures", measure: "cold-burst", what: "cold burst: failures", ...nothing },
  {
    id: "cold-requests-alone",
    measure: "cold-burst",
    what: "first issue of one process: store requests",
    target: 4,
    accepted: 4,
    kind: "count",
  },
  {
    id: "cold-requests",
    measure: "cold-burst",
    what: "cold burst, N = 8: store requests per process",
    target: 4,
    accepted: 4.5,
    kind: "count",
  },
  {
    id: "cold-8",
    measure: "cold-burst",
    what: "cold burst, N = 8: p99 ÷ provider's time",
    target: 1.3,
    accepted: 2.1,
    kind: "time",
  },
  {
    id: "cold-32",
    measure: "cold-burst",
    what: "cold burst, N = 32: p99 ÷ provider's time",
    target: 1.8,
    accepted: 3,
    kind: "time",
  },
  {
    id: "cold-lag",
    measure: "cold-burst",
    what: "cold burst, N = 8: lag p99 ÷ lock + double check",
    // Fewer looks at the table (cold-requests halved) mean that the last process finds the token later.
    target: 1 / 14,
    accepted: 0.16,
    kind: "time",
  },
  { id: "rollover-issues", measure: "rollover", what: "rollover: issues", ...once },
  { id: "rollover-dead-tokens", measure: "rollover", what: "rollover: refused uses", ...nothing },
  { id: "rollover-failures", measure: "rollover", what: "rollover: failures", ...nothing },
  {
    id: "rollover-requests",
    measure: "rollover",
    what: "rollover: store requests per process",
    target: 2.5,
    accepted: 3,
    kind: "count",
  },
  {
    id: "rollover-stall",
    measure: "rollover",
    // The provider's time, the bound on clocks, and four round trips to the store: lease, claim, commit, and the read of who
    // waits (docs/decisions/0002-handover-instants.md).
    what: "handover with room for it: longest vend, ms",
    target: 420,
    accepted: 480,
    kind: "time",
  },
  {
    id: "rollover-lag-p50",
    measure: "rollover",
    what: "rollover: lag p50 ÷ lock + double check",
    target: 0.2,
    accepted: 0.25,
    kind: "time",
  },
  {
    id: "rollover-lag-p99",
    measure: "rollover",
    what: "rollover: lag p99 ÷ lock + double check",
    target: 0.1,
    accepted: 0.12,
    kind: "time",
  },
  { id: "hit-requests", measure: "store-hit", what: "store hit: store requests", ...once },
  {
    id: "hit-signed",
    measure: "store-hit",
    what: "store hit ÷ GetItem signed before",
    target: 1.15,
    accepted: 1.15,
    kind: "time",
  },
  {
    id: "memory-client",
    measure: "memory-vend",
    what: "client.vend() from memory ÷ no-op",
    target: 3,
    accepted: 3,
    kind: "time",
  },
  {
    id: "memory-client-context",
    measure: "memory-vend",
    what: "client.vend({ context }) from memory ÷ no-op",
    target: 3,
    accepted: 3,
    kind: "time",
  },
  {
    id: "memory-function",
    measure: "memory-vend",
    what: "vend-token from memory ÷ empty middy handler",
    target: 1.5,
    accepted: 1.5,
    kind: "time",
  },
  {
    id: "start-local",
    measure: "cold-start",
    what: "cold start, local key ÷ plain DynamoDB client",
    target: 0.4,
    accepted: 0.5,
    kind: "time",
  },
  {
    id: "start-kms",
    measure: "cold-start",
    what: "cold start, KMS ÷ plain DynamoDB client",
    target: 0.4,
    accepted: 0.53,
    kind: "time",
  },
  {
    id: "start-documented",
    measure: "cold-start",
    what: "cold start, KMS ÷ Powertools, zod, middy",
    target: 0.25,
    accepted: 0.38,
    kind: "time",
  },
  {
    id: "hot-modules",
    measure: "cold-start",
    what: "modules of a store hit, KMS",
    target: 3,
    accepted: 3,
    kind: "count",
  },
  {
    id: "hot-bytes",
    measure: "cold-start",
    what: "KB of a store hit, KMS (gzip)",
    target: 25,
    accepted: 40.3,
    kind: "count",
  },
  ...concurrencyGoals,
  { id: "tick-failures", measure: "renewal-tick", what: "renewal tick: failures", ...nothing },
  {
    id: "tick-requests",
    measure: "renewal-tick",
    what: "renewal tick: store requests per renewal",
    target: 2,
    accepted: 2.1,
    kind: "count",
  },
  {
    id: "tick-cpu",
    measure: "renewal-tick",
    what: "renewal tick: CPU per renewal, ms",
    target: 5,
    accepted: 7,
    kind: "time",
  },
  ...manyConnectionsGoals,
  {
    id: "leader-death",
    measure: "leader-death",
    what: "death of the leader ÷ lease",
    target: 1.05,
    accepted: 1.08,
    kind: "time",
  },
];

/** The goal of this name; fails if there is none. */
export function goalOf(id: string): Goal {
  const goal = goals.find((one) => one.id === id);
  if (!goal) throw new RangeError(`There is no goal "${id}".`);
  return goal;
}
