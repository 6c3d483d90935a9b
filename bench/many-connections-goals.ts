/** The goals of the measure of 10,000 connections (goals.ts). */
export const manyConnectionsGoals = [
  {
    id: "many-failures",
    measure: "many-connections",
    what: "10,000 connections: failures",
    target: 0,
    accepted: 0,
    kind: "count",
  },
  {
    id: "many-issued-twice",
    measure: "many-connections",
    what: "10,000 connections, two ticks: issued twice",
    target: 0,
    accepted: 0,
    kind: "count",
  },
  {
    id: "many-out-of-order",
    measure: "many-connections",
    // The workers that are still at it when the tick is out of time.
    what: "10,000 connections, backlog: out of order",
    target: 0,
    accepted: 32,
    kind: "count",
  },
  {
    id: "many-requests",
    measure: "many-connections",
    what: "10,000 connections: store requests per renewal",
    target: 2,
    accepted: 3.1,
    kind: "count",
  },
  {
    id: "many-cpu",
    measure: "many-connections",
    // docs/arithmetic/renewal-load.ts assumes 7, of a tick that is never idle; one that waits for each instant costs more.
    what: "10,000 connections: CPU per renewal, ms",
    target: 5,
    accepted: 10,
    kind: "time",
  },
] as const;
