import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { Part } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { Start } from "./starting-points.ts";
import { account } from "./starting-points.ts";
import type { Nature } from "./world.ts";

const reusable = {
  refreshTokens: "reusable",
  graceMs: 0,
  livesMs: 3_600_000,
  isProlonged: false,
} as const;
const plain = { grants: reusable, hasProbe: false };

/** One provider for each way of renewing. */
export const natures = {
  "at-expiry": { ...plain, policy: { renewal: "at-expiry" } },
  "at-handover": { ...plain, policy: { renewal: "at-handover", beforeExpiryMs: 20_000 } },
  early: { ...plain, policy: { renewal: "early", beforeExpiryMs: 20_000 } },
  "single-use": {
    hasProbe: false,
    grants: { ...reusable, refreshTokens: "single-use" },
    policy: { renewal: "by-consent", beforeExpiryMs: 20_000 },
  },
  reusable: { ...plain, policy: { renewal: "by-consent", beforeExpiryMs: 20_000 } },
  static: { ...plain, policy: { renewal: "on-rotation", recheckMs: 5000 } },
  probed: { ...plain, hasProbe: true, policy: { renewal: "on-rotation", recheckMs: 5000 } },
} as const satisfies Record<string, Nature>;

export type NatureName = keyof typeof natures;

const starts: readonly Start[] = [
  "none",
  "held",
  "expired",
  "suspect",
  "failed",
  "abandoned",
  "contested",
];

/** When the one that waits for the handover wakes up. */
const handover = ({ token }: TokenRecord) => Number(token?.renewAt) + 10;

const vend = { does: "vend" } as const;
const part = (process: string, at: Part["at"], act: Part["act"] = vend): Part => ({
  process,
  at,
  act,
  account,
});

/** What two callers ask, from each starting point. */
const pairs: Readonly<Record<Start, readonly Part[]>> = {
  none: [part("a", 0), part("b", 0)],
  held: [
    part("a", 0),
    part("b", 0, { does: "vend", minValiditySeconds: 5 }),
    part("a", handover),
  ],
  expired: [part("a", 0), part("b", 0)],
  suspect: [part("a", 0), part("b", 0)],
  failed: [part("a", 0), part("a", 750), part("b", 750)],
  abandoned: [part("a", 0), part("b", 0)],
  contested: [part("a", 0, { does: "reject" }), part("b", 30_000, { does: "reject" })],
};

const same: readonly Start[] = ["none", "expired", "suspect", "abandoned"];

/** Two processes, for every way of renewing and from every kind of record. */
export const pairScenarios: readonly Scenario[] = Object.entries(natures).flatMap(
  ([name, nature]) =>
    starts
      // Nothing can make a static key doubtful.
      .filter((start) => start !== "suspect" || nature.policy.renewal !== "on-rotation")
      .map((start) => ({ name: `${name}/${start}`, nature, start, parts: pairs[start], twins: same.includes(start) ? ["a", "b"] : [] })),
);
