import { natures, part } from "./natures.ts";
import type { ExploredScenario } from "./scenario.ts";

const { "at-expiry": atExpiry, early, probed } = natures;
const vend = { does: "vend" } as const;
const reject = { does: "reject" } as const;
const hurried = { ...vend, patienceMs: 2000 } as const;

/** What several callers of one process ask at once, beside another process. */
export const flightScenarios: readonly ExploredScenario[] = [
  {
    name: "calls at once",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("a", 0), part("b", 0)],
    faults: 1,
  },
  {
    name: "calls at once and a demand",
    nature: early,
    start: "held",
    parts: [part("a", 0), part("a", 0, { ...vend, minValiditySeconds: 5 }), part("b", 0, reject)],
    faults: 1,
  },
  {
    name: "calls at once, one in a hurry",
    nature: atExpiry,
    start: "expired",
    parts: [part("b", 0), part("a", 0, hurried), part("a", 0), part("a", 1000, hurried)],
    faults: 1,
  },
  {
    name: "rejections at once",
    nature: atExpiry,
    start: "held",
    parts: [part("a", 0), part("a", 0, reject), part("a", 0, reject), part("b", 0, reject)],
    faults: 1,
  },
  {
    name: "rejections at once of a probed key",
    nature: probed,
    start: "held",
    parts: [part("a", 0), part("a", 0, reject), part("a", 0, reject), part("b", 0)],
    faults: 1,
  },
];
