import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import { isLossPossible, isStaticKey } from "../../functions/model/provider.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { leaseMs } from "../../functions/vending/issuing/lease.ts";
import { consentScenarios, faultyConsentScenarios } from "./consent-scenarios.ts";
import { flightScenarios } from "./flight-scenarios.ts";
import { freezeScenarios } from "./freeze-scenarios.ts";
import { natures, part } from "./natures.ts";
import { alwaysDelayed } from "./run.ts";
import type { ExploredScenario, Part } from "./scenario.ts";
import { sequenceScenarios } from "./sequence-scenarios.ts";
import type { Start } from "./starting-points.ts";
import type { Nature } from "./world.ts";
import { lifetimeMs, limits } from "./world.ts";

const starts: readonly Start[] = [
  "none",
  "held",
  "expired",
  "doubted",
  "failed",
  "abandoned",
  "contested",
];

/** When the one that waits for the handover wakes up. */
const handover = ({ token }: TokenRecord) => Number(token?.renewAt) + 10;

const vend = { does: "vend" } as const;
const reject = { does: "reject" } as const;
const tick = { does: "tick" } as const;
const demanding = { does: "vend", minValiditySeconds: 5 } as const;
const retry = ({ failure }: TokenRecord) => Number(failure?.retryAt);
const takeover = ({ lease }: TokenRecord) => Number(lease?.until) + maxClockSkewMs;
/** When the schedule gives a connection up. */
const lapse = ({ token }: TokenRecord) => Number(token?.due?.until) + 1;
/** When the first lease may be taken over. */
const takenOver = leaseMs(limits) + maxClockSkewMs;
/** The next token is due then, and its callers wake up. */
const lifeLater = lifetimeMs + maxClockSkewMs + 10;

/** What two callers ask, from each starting point. */
function pairFrom(start: Start, { policy }: Nature): Pick<ExploredScenario, "parts" | "twins"> {
  const twins = ["a", "b"];
  switch (start) {
    case "no secret":
    case "none":
      // Nothing is issued before a person has consented.
      return policy.renewal === "by-consent"
        ? { parts: [part("a", 0, { does: "redeem" }), part("b", 0, { does: "redeem" })], twins }
        : { parts: [part("a", 0), part("b", 0)], twins };
    case "held":
      return { parts: [part("a", 0), part("b", 0, demanding), part("a", handover)] };
    case "expired":
    case "doubted":
      return { parts: [part("a", 0), part("b", 0)], twins };
    case "failed":
      return { parts: [part("a", 0), part("a", retry), part("b", retry)] };
    case "abandoned":
      return { parts: [part("a", takeover), part("b", takeover)], twins };
    case "contested":
      return { parts: [part("a", 0, reject), part("a", handover), part("b", handover)] };
  }
}

/** Only a call that may end what is stored leaves a doubt, and a static key has no breaker. */
function isPossible(start: Start, policy: RenewalPolicy): boolean {
  if (start === "doubted") return isLossPossible(policy);
  return start !== "contested" || !isStaticKey(policy);
}

/** At a handover only the instants differ from those at expiry; what may be used again is lost less easily than what may not. */
const fewerFaults: readonly string[] = ["at-handover", "reusable"];

/** Two processes, for every way of renewing and from every kind of record. */
const pairs: readonly ExploredScenario[] = Object.entries(natures).flatMap(([name, nature]) =>
  starts
    .filter((start) => isPossible(start, nature.policy))
    .map((start) => ({
      name: `${name}/${start}`,
      nature,
      start,
      ...pairFrom(start, nature),
      faults: fewerFaults.includes(name) ? 1 : 2,
    })),
);

const { "at-expiry": atExpiry, early, static: fixed, probed } = natures;
const ops = [part("ops", 0, { does: "rotate" }), part("secrets", 0, { does: "put-secret" })];

/** What else may happen at the same time. */
const encounters: readonly ExploredScenario[] = [
  {
    name: "two rejections of one version",
    nature: atExpiry,
    start: "held",
    parts: [part("a", 0, reject), part("b", 0, reject)],
    twins: ["a", "b"],
    faults: 2,
  },
  {
    name: "a rejection beside a vend",
    nature: atExpiry,
    start: "held",
    parts: [part("a", 0, reject), part("b", 0)],
    faults: 2,
  },
  {
    name: "four rejections in a row",
    nature: atExpiry,
    start: "held",
    parts: [0, 10, 20, 30].map((at) => part("a", at, reject)),
    faults: 2,
  },
  {
    name: "a rejection beside a renewal",
    nature: early,
    start: "expired",
    parts: [part("a", 0, reject), part("b", 0)],
    faults: 2,
  },
  {
    name: "a tick beside a caller",
    nature: atExpiry,
    start: "expired",
    // A tick waits for a millisecond.
    parts: [part("a", 0, tick), part("b", 1)],
    faults: 2,
  },
  {
    name: "two ticks",
    nature: early,
    start: "expired",
    parts: [part("a", 10, tick), part("b", 10, tick)],
    twins: ["a", "b"],
    faults: 2,
  },
  {
    name: "a caller in a hurry beside another",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0, { ...vend, patienceMs: 2000 }), part("b", 0)],
    faults: 1,
  },
  {
    name: "a rejection of what does not exist",
    nature: atExpiry,
    start: "held",
    parts: [part("a", 0, { does: "reject-unknown" }), part("b", 0)],
    faults: 1,
  },
  {
    name: "a tick when nobody calls any more",
    nature: early,
    start: "held",
    parts: [part("a", lapse, tick), part("b", lapse)],
    faults: 1,
  },
  {
    name: "a rotation",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("b", 0), ...ops],
    twins: ["a", "b"],
    faults: 1,
  },
  {
    name: "a rotation of a static key",
    nature: fixed,
    start: "expired",
    parts: [part("a", 0), part("b", 0, reject), ...ops],
    faults: 1,
  },
  {
    name: "a rotation of a probed key",
    nature: probed,
    start: "expired",
    parts: [part("a", 0), part("b", 0, reject), ...ops],
    faults: 1,
  },
  {
    name: "no secret yet",
    nature: atExpiry,
    start: "no secret",
    parts: [part("a", 0), part("b", 0), part("secrets", 0, { does: "put-secret" })],
    twins: ["a", "b"],
    faults: 2,
  },
  {
    name: "two connections, one scope",
    nature: atExpiry,
    start: "none",
    parts: [part("a", 0), part("b", 0, vend, "other")],
    faults: 2,
  },
  {
    name: "two connections, one scope, later",
    nature: atExpiry,
    start: "none",
    parts: [part("a", 0), part("b", takenOver), part("c", takenOver, vend, "other")],
    faults: 1,
  },
  {
    name: "a freeze of a token's whole life",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("b", 0), part("b", lifeLater)],
    delaysMs: alwaysDelayed(lifeLater),
    faults: 1,
  },
  {
    name: "a late issue beside a slow answer",
    nature: atExpiry,
    start: "expired",
    parts: [part("a", 0), part("b", takenOver)],
    delaysMs: { stall: 600, slow: maxClockSkewMs },
    onlyFaults: ["freeze", "stall", "slow"],
    faults: 2,
  },
  {
    name: "a cache older than a rotation",
    nature: atExpiry,
    start: "none",
    parts: [
      part("a", 0),
      part("ops", 1000, { does: "rotate" }),
      part("b", lifeLater),
      part("secrets", lifeLater + 1000, { does: "put-secret" }),
      part("b", lifeLater + 5000),
      part("a", lifeLater + 10_000),
    ],
    faults: 2,
  },
];

const three = ["a", "b", "c"];
const triple = (act: Part["act"] = vend) => three.map((process) => part(process, 0, act));

/** Three processes and one fault. */
const triples: readonly ExploredScenario[] = [
  ...Object.entries(natures).flatMap(([name, nature]) =>
    (["none", "expired"] as const).map((start): ExploredScenario => {
      const isConsent = nature.policy.renewal === "by-consent" && start === "none";
      const parts = triple(isConsent ? { does: "redeem" } : vend);
      return { name: `three ${name}/${start}`, nature, start, parts, twins: three, faults: 1 };
    }),
  ),
  {
    name: "three rejections of one version",
    nature: atExpiry,
    start: "held",
    parts: triple(reject),
    twins: three,
    faults: 1,
  },
];

/** Those of the gate. */
export const gateScenarios: readonly ExploredScenario[] = [
  ...pairs,
  ...encounters,
  ...sequenceScenarios,
  ...flightScenarios,
  ...freezeScenarios,
  ...consentScenarios,
];

/** Three processes take a quarter of the time of all others, and have found nothing that two did not. */
export const allScenarios: readonly ExploredScenario[] = [
  ...gateScenarios,
  ...triples,
  ...faultyConsentScenarios,
];

/** Throws for a name that no scenario has. */
export function scenarioNamed(name: string): ExploredScenario {
  const scenario = allScenarios.find((each) => each.name === name);
  if (!scenario) throw new Error(`There is no scenario ${name}.`);
  return scenario;
}
