import { natures, part } from "./natures.ts";
import type { ExploredScenario } from "./scenario.ts";
import { lifetimeMs } from "./world.ts";

const { "at-expiry": atExpiry, early, static: fixed, probed, "single-use": singleUse } = natures;
const forgetful = {
  ...singleUse,
  grants: { ...singleUse.grants, statesEnds: "the first person's" },
} as const;
const reject = { does: "reject" } as const;
const rotate = { does: "rotate" } as const;
const putSecret = { does: "put-secret" } as const;
const demand = (minValiditySeconds: number) => ({ does: "vend", minValiditySeconds }) as const;

/** One key, reported again and again: by two callers, at once, soon, and after its next check. */
const reports = [
  part("a", 0, reject),
  part("b", 1000, reject),
  part("a", 6000, reject),
  part("b", 12_000),
];

/** What comes one after the other, each when the last is over. */
export const sequenceScenarios: readonly ExploredScenario[] = [
  {
    name: "what a process remembers",
    nature: early,
    start: "none",
    parts: [0, 23_999, 24_000, 46_000, 51_500, 58_999].map((at) => part("a", at)),
    faults: 1,
  },
  {
    name: "memory until a handover",
    nature: natures["at-handover"],
    start: "none",
    parts: [0, 23_000, 25_000, 47_749, 47_850, 59_000].map((at) => part("a", at)),
    faults: 1,
  },
  {
    name: "memory until the end",
    nature: atExpiry,
    start: "none",
    parts: [0, 35_000, 58_900, 59_100].map((at) => part("a", at)),
    faults: 1,
  },
  {
    name: "memory beside another's renewal",
    nature: atExpiry,
    start: "none",
    parts: [
      part("a", 0),
      part("b", 10_000, reject),
      part("a", 20_000),
      part("a", 20_001, reject),
      part("a", 31_000),
      part("b", 33_999),
    ],
    faults: 1,
  },
  {
    name: "demands on a token",
    nature: early,
    start: "none",
    parts: [
      part("a", 0),
      part("b", 1000, demand(58.5)),
      part("b", 2000, demand(3600)),
      part("b", 8000, demand(55)),
    ],
    faults: 1,
  },
  { name: "reports of a static key", nature: fixed, start: "held", parts: reports, faults: 1 },
  { name: "reports of a probed key", nature: probed, start: "held", parts: reports, faults: 1 },
  {
    name: "a probed key that is refused",
    nature: probed,
    start: "held",
    parts: [
      part("ops", 0, rotate),
      part("a", 1000, reject),
      part("b", 1500),
      part("secrets", 3000, putSecret),
      part("b", 5000),
    ],
    faults: 1,
  },
  {
    name: "a rotation, step by step",
    nature: atExpiry,
    start: "expired",
    parts: [
      part("ops", 0, rotate),
      part("a", 10),
      part("b", 400),
      part("a", 3000),
      part("secrets", 4000, putSecret),
      part("a", 6000),
      part("b", 9000),
      part("c", 12_000),
    ],
    onlyFaults: ["refused"],
    faults: 3,
  },
  {
    name: "a consent after refused credentials",
    nature: singleUse,
    start: "expired",
    parts: [
      part("ops", 0, rotate),
      part("a", 10),
      part("ops", 1000, { does: "rotate", isUndone: true }),
      part("b", 3000, { does: "redeem" }),
    ],
    faults: 1,
  },
  {
    name: "a secret that is put and taken back",
    nature: atExpiry,
    start: "expired",
    parts: [
      part("ops", 0, rotate),
      part("a", 10),
      part("secrets", 3000, putSecret),
      part("undo", 3000, { ...putSecret, isUndone: true }),
      part("b", 3000),
      part("c", 6000),
    ],
    faults: 1,
  },
  {
    name: "a code beside two rotations",
    nature: singleUse,
    start: "none",
    parts: [
      part("a", 0, { does: "redeem" }),
      part("ops", 0, rotate),
      part("ops", 0, rotate),
      part("secrets", 0, putSecret),
      part("secrets", 0, putSecret),
    ],
    faults: 0,
  },
  {
    name: "a static key is followed",
    nature: fixed,
    start: "expired",
    parts: [
      part("a", 0),
      part("ops", 1000, rotate),
      part("secrets", 1000, putSecret),
      part("a", 12_000),
    ],
    faults: 1,
  },
  {
    name: "a tick that has no time",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 10, { does: "tick", patienceMs: 2000 })],
    faults: 1,
  },
  {
    name: "a tick beside another realm's row",
    nature: atExpiry,
    start: "expired",
    parts: [part("ops", 0, { does: "pose" }), part("a", 10, { does: "tick" })],
    faults: 1,
  },
  {
    name: "a refresh beside a new sealing",
    nature: natures.reusable,
    start: "expired",
    parts: [part("a", 0), part("ops", 0, { does: "reseal" })],
    faults: 1,
  },
  {
    name: "a key's check beside a new sealing",
    nature: fixed,
    start: "expired",
    parts: [part("a", 0), part("ops", 0, { does: "reseal" })],
    faults: 1,
  },
  {
    name: "the same token again",
    nature: { ...early, repeatsTokens: true },
    start: "none",
    parts: [part("a", 0), part("a", 1000, reject), part("b", 40_000)],
    faults: 1,
  },
  {
    name: "a setting that is put right",
    nature: atExpiry,
    earlierNature: early,
    start: "expired",
    parts: [part("a", 0), part("b", 10_000), part("a", 13_000)],
    faults: 1,
  },
  {
    name: "a disconnect after a rotation",
    nature: singleUse,
    start: "none",
    parts: [
      part("a", 0, { does: "redeem" }),
      part("ops", 1000, { does: "rotate" }),
      part("secrets", 1000, putSecret),
      part("a", 2000, { does: "disconnect" }),
    ],
    faults: 1,
  },
  {
    name: "two consents, one with an end",
    nature: forgetful,
    start: "none",
    parts: [part("a", 0, { does: "redeem" }), part("b", 1000, { does: "redeem" }), part("a", 2000)],
    faults: 1,
  },
  {
    name: "commits whose answers are lost",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0)],
    onlyFaults: ["lost", "refused"],
    // Until the lease ends.
    faults: 12,
  },
  {
    name: "a lost commit beside a rejection",
    nature: atExpiry,
    start: "expired",
    // Before the commit is sent again.
    parts: [part("a", 0), part("b", 20, reject)],
    onlyFaults: ["lost", "freeze"],
    faults: 2,
  },
  {
    name: "a slow secret, a silent provider",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("b", 0)],
    // Longer than a lease reserves for it, and short enough to call the provider.
    delaysMs: { slow: 1200 },
    onlyFaults: ["slow", "silence"],
    faults: 2,
  },
  {
    name: "a token that has expired on arrival",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0)],
    delaysMs: { stall: lifetimeMs },
    onlyFaults: ["stall"],
    faults: 1,
  },
  {
    name: "an old answer beside a rejection",
    nature: atExpiry,
    start: "held",
    parts: [part("a", 0), part("a", 10, reject), part("a", 1000)],
    delaysMs: { slow: 600 },
    onlyFaults: ["slow"],
    faults: 1,
  },
  {
    name: "two late issues",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("b", 3000), part("c", 6000)],
    // The first to issue may be the last to say so.
    delaysMs: { freeze: 6600 },
    onlyFaults: ["stall", "freeze"],
    faults: 2,
  },
];
