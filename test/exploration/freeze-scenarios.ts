import { natures, part } from "./natures.ts";
import type { ExploredScenario } from "./scenario.ts";

const { "at-expiry": atExpiry, early, static: fixed, "single-use": singleUse } = natures;
const freeze = { does: "freeze" } as const;
const thaw = { does: "thaw" } as const;
const freezeRealm = { does: "freeze", isRealms: true } as const;
const thawRealm = { does: "thaw", isRealms: true } as const;
const reject = { does: "reject" } as const;
const tick = { does: "tick" } as const;

/** An operator freezes and thaws beside everything else. */
export const freezeScenarios: readonly ExploredScenario[] = [
  {
    name: "a freeze beside a renewal",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("b", 1), part("ops", 0, freeze)],
    faults: 1,
  },
  {
    name: "a freeze beside a tick",
    nature: early,
    start: "expired",
    parts: [part("a", 10, tick), part("ops", 10, freeze), part("b", 12), part("ops", 900, thaw)],
    faults: 1,
  },
  {
    name: "a freeze beside a rejection",
    nature: atExpiry,
    start: "held",
    parts: [part("a", 0, reject), part("ops", 0, freeze), part("b", 10)],
    faults: 1,
  },
  {
    name: "a freeze and a thaw beside a commit",
    nature: atExpiry,
    start: "none",
    parts: [part("a", 0), part("ops", 0, freeze), part("ops", 4000, thaw), part("b", 4001)],
    faults: 2,
  },
  {
    name: "a freeze beside a consent",
    nature: singleUse,
    start: "held",
    parts: [part("a", 0, { does: "redeem" }), part("ops", 0, freeze), part("b", 10)],
    faults: 1,
  },
  {
    name: "a freeze beside a report of a key",
    nature: fixed,
    start: "held",
    parts: [part("a", 0, reject), part("ops", 0, freeze), part("b", 10)],
    faults: 1,
  },
  {
    name: "a freeze and what processes remember",
    nature: early,
    start: "none",
    parts: [
      part("a", 0),
      part("b", 0),
      part("ops", 1000, freeze),
      part("a", 23_000),
      part("b", 31_001),
      part("ops", 32_000, thaw),
      part("a", 32_001),
    ],
    faults: 1,
  },
  {
    name: "a realm's freeze and memory",
    nature: early,
    start: "none",
    parts: [
      part("a", 0),
      part("ops", 1000, freezeRealm),
      part("a", 23_000),
      part("b", 23_000),
      part("a", 31_001),
      part("ops", 32_000, thawRealm),
      part("a", 37_100),
    ],
    faults: 1,
  },
  {
    name: "a realm's freeze beside a renewal",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("b", 1), part("ops", 0, freezeRealm), part("b", 30_002)],
    faults: 1,
  },
  {
    name: "demands shortly before a handover",
    nature: atExpiry,
    start: "held",
    parts: [
      part("a", 1800, { does: "vend", minValiditySeconds: 5 }),
      part("b", 1800, { does: "vend", minValiditySeconds: 5 }),
    ],
    twins: ["a", "b"],
    faults: 1,
  },
];
