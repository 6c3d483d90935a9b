import type { Part } from "./scenario.ts";
import { account } from "./starting-points.ts";
import type { Nature } from "./world.ts";

const reusable = {
  refreshTokens: "reusable",
  graceMs: 0,
  livesMs: 7_200_000,
  isProlonged: false,
  statesEnds: "everyone's",
} as const;
const plain = { grants: reusable };

/** One provider for each way of renewing. */
export const natures = {
  "at-expiry": { ...plain, policy: { renewal: "at-expiry" } },
  "at-handover": { ...plain, policy: { renewal: "at-handover", beforeExpiryMs: 20_000 } },
  early: { ...plain, policy: { renewal: "early", beforeExpiryMs: 20_000 } },
  "single-use": {
    grants: { ...reusable, refreshTokens: "single-use", isProlonged: true },
    policy: { renewal: "by-consent", beforeExpiryMs: 20_000 },
  },
  reusable: {
    grants: { ...reusable, statesEnds: "nobody's" },
    policy: { renewal: "by-consent", beforeExpiryMs: 20_000 },
  },
  static: { ...plain, policy: { renewal: "on-rotation", recheckMs: 5000, hasProbe: false } },
  probed: { ...plain, policy: { renewal: "on-rotation", recheckMs: 5000, hasProbe: true } },
} as const satisfies Record<string, Nature>;

const vend = { does: "vend" } as const;

/** What one process does; by default it vends. */
export function part(
  process: string,
  at: Part["at"],
  act: Part["act"] = vend,
  of: string = account,
): Part {
  return { process, at, act, account: of };
}
