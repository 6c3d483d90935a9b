import { linkLifetimeMs } from "../../functions/consents/begin-consent.ts";
import { natures, part } from "./natures.ts";
import type { ExploredScenario } from "./scenario.ts";

const hourMs = 3_600_000;
const singleUse = natures["single-use"];
const reject = { does: "reject" } as const;
const hers = { does: "come-back", browser: "hers" } as const;
const invited = [
  part("ops", 0, { does: "invite" }),
  part("ops", 1000, { does: "follow", browser: "hers" }),
];
const ops = [part("ops", 0, { does: "rotate" }), part("secrets", 0, { does: "put-secret" })];

/** What people do, beside callers and each other. */
export const consentScenarios: readonly ExploredScenario[] = [
  {
    name: "rejections after a consent's end",
    nature: singleUse,
    start: "held",
    parts: [
      part("ops", 0, { does: "withdraw" }),
      part("a", 10, reject),
      part("b", 20, reject),
      part("c", 1500),
    ],
    faults: 1,
  },
  {
    name: "a rejection when a consent has ended",
    nature: singleUse,
    start: "held",
    parts: [part("ops", 0, { does: "withdraw" }), part("a", 2010), part("b", 2100, reject)],
    faults: 1,
  },
  {
    name: "a mistyped code beside a refresh",
    nature: singleUse,
    start: "expired",
    parts: [part("a", 0, { does: "redeem", isWrong: true }), part("b", 0)],
    faults: 1,
  },
  {
    name: "a link in two browsers",
    nature: singleUse,
    start: "none",
    parts: [
      part("ops", 0, { does: "invite" }, "other"),
      part("a", 1000, { does: "follow", browser: "hers" }, "other"),
      part("b", 1000, { does: "follow", browser: "another" }, "other"),
      part("a", 5000, { does: "come-back", browser: "hers" }, "other"),
      part("b", 5000, { does: "come-back", browser: "another" }, "other"),
    ],
    faults: 1,
  },
  {
    name: "two tabs of one browser",
    nature: singleUse,
    start: "none",
    parts: [...invited, part("a", 5000, hers), part("b", 5000, hers)],
    faults: 1,
  },
  {
    name: "answers that belong to nobody",
    nature: singleUse,
    start: "none",
    parts: [
      ...invited,
      part("a", 5000, { ...hers, wrong: "state" }),
      part("b", 6000, { ...hers, wrong: "provider" }),
      part("c", 7000, { ...hers, patienceMs: 2000 }),
      part("d", linkLifetimeMs + 1000, hers),
      part("e", linkLifetimeMs + 1000, { does: "follow", browser: "another" }),
    ],
    faults: 1,
  },
  {
    name: "a link moved to another account",
    nature: singleUse,
    start: "none",
    parts: [...invited, part("b", 5000, { does: "forge", what: "account" }), part("a", 5000, hers)],
    faults: 1,
  },
  {
    name: "a link given to a stranger",
    nature: singleUse,
    start: "none",
    parts: [
      ...invited,
      part("b", 5000, { does: "forge", what: "browser" }),
      part("a", 6000, { does: "come-back", browser: "a stranger's", wrong: "row" }),
    ],
    faults: 1,
  },
  {
    name: "a link put back long after its end",
    nature: singleUse,
    start: "none",
    parts: [
      ...invited,
      part("b", 3 * hourMs, { does: "forge", what: "end" }),
      part("a", 3 * hourMs + 1000, { ...hers, wrong: "row" }),
    ],
    faults: 1,
  },
  {
    name: "a code pasted twice",
    nature: singleUse,
    start: "none",
    parts: [part("a", 0, { does: "paste" }), part("b", 0, { does: "paste" })],
    twins: ["a", "b"],
    faults: 2,
  },
  {
    name: "a consent beside a rotation",
    nature: singleUse,
    start: "expired",
    parts: [part("a", 0, { does: "redeem" }), ...ops],
    faults: 2,
  },
  {
    name: "a consent beside a refresh",
    nature: singleUse,
    start: "expired",
    parts: [part("a", 0, { does: "redeem" }), part("b", 0)],
    faults: 1,
  },
  {
    name: "a disconnect beside a refresh",
    nature: singleUse,
    start: "expired",
    parts: [part("a", 0, { does: "disconnect" }), part("b", 0)],
    faults: 2,
  },
  {
    name: "a disconnect beside a consent",
    nature: singleUse,
    start: "expired",
    parts: [part("a", 0, { does: "disconnect" }), part("b", 0, { does: "redeem" })],
    faults: 1,
  },
];

/** With two faults a tenth of the gate's time, which has found nothing that one did not. */
export const faultyConsentScenarios: readonly ExploredScenario[] = [
  ["a consent beside a refresh", "a consent and a refresh, two faults"],
  ["a disconnect beside a consent", "a disconnect, a consent, two faults"],
].flatMap(([name, longer = ""]) =>
  consentScenarios
    .filter((scenario) => scenario.name === name)
    .map((scenario) => ({ ...scenario, name: longer, faults: 2 })),
);
