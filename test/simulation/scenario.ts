import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { GrantRules } from "./simulated-grants.ts";
import type { Fate } from "./simulated-process.ts";

/** What one seed plays: the provider's nature, who asks when, and how much goes wrong. */
export interface Scenario {
  readonly policy: RenewalPolicy;
  /** Where the policy is `by-consent`. */
  readonly grants: GrantRules;
  /** Instants at which a person consents unasked. */
  readonly consentsAt: readonly number[];
  readonly lifetimeMs: number;
  readonly deadlineMs: number;
  readonly processes: readonly Script[];
  /** Probabilities of one request going wrong. */
  readonly tableFaults: number;
  readonly providerFaults: number;
  readonly secretFaults: number;
  /** How long a data key may take; it decrypts at once where it is at hand. */
  readonly keyMs: number;
  /** Instants, in milliseconds from the start. */
  readonly rotations: readonly { readonly atMs: number; readonly delayMs: number }[];
  readonly foreignIssuesAt: readonly number[];
  readonly horizonMs: number;
}

interface Script {
  readonly skewMs: number;
  readonly stepsTo: { readonly atMs: number; readonly skewMs: number } | null;
  readonly fate: Fate;
  readonly asks: readonly Ask[];
}

export interface Ask {
  readonly atMs: number;
  readonly minValiditySeconds: number;
  readonly patienceMs: number;
  /** What the caller does with the token: `complains` although it was fine. */
  readonly manner: "uses" | "complains";
}

export function scenarioOf(random: () => number): Scenario {
  const chance = (probability: number) => random() < probability;
  const pick = <T>(options: readonly T[]): T => options[Math.floor(random() * options.length)] as T;
  const between = (least: number, most: number) => least + random() * (most - least);
  const times = (most: number) => Math.floor(random() * (most + 1));

  const lifetimeMs = pick([2000, 10_000, 60_000, 300_000]);
  const horizonMs = lifetimeMs * between(1.2, 2.6);
  const isCalm = chance(0.25);
  const troubled = (probability: number, most: number) =>
    !isCalm && chance(probability) ? between(0.02, most) : 0;
  const within = () => between(-maxClockSkewMs / 2, maxClockSkewMs / 2);
  const instants = (count: number) => Array.from({ length: count }, () => between(0, horizonMs));

  const script = (): Script => ({
    skewMs: within(),
    stepsTo: chance(0.2) ? { atMs: between(0, horizonMs), skewMs: within() } : null,
    fate: {
      crashAtStep: !isCalm && chance(0.15) ? 1 + times(14) : null,
      pauseAtStep: !isCalm && chance(0.15) ? 1 + times(14) : null,
      pauseMs: between(100, 15_000),
    },
    asks: Array.from({ length: 1 + times(4) }, ask),
  });
  /** Callers tend to come together: at the start, at expiry, when others do. */
  const rush = [0, lifetimeMs, lifetimeMs * 2, between(0, horizonMs)];
  const ask = (): Ask => ({
    atMs: chance(0.6) ? pick(rush) + between(0, 300) : between(0, horizonMs),
    minValiditySeconds: chance(0.15) ? Math.floor(between(1, lifetimeMs / 900)) : 0,
    patienceMs: chance(0.15) ? between(500, 8000) : 25_000,
    manner: chance(0.1) ? "complains" : "uses",
  });

  return {
    policy: pick<RenewalPolicy>([
      { renewal: "at-expiry" },
      { renewal: "at-expiry" },
      { renewal: "at-handover", beforeExpiryMs: 20_000 },
      { renewal: "early", beforeExpiryMs: 60_000 },
      { renewal: "by-consent", beforeExpiryMs: 60_000 },
      { renewal: "by-consent", beforeExpiryMs: 60_000 },
      { renewal: "on-rotation", recheckMs: 5000, hasProbe: false },
    ]),
    grants: {
      refreshTokens: chance(0.7) ? "single-use" : "reusable",
      graceMs: chance(0.5) ? 0 : between(1000, 60_000),
      livesMs: Math.max(40_000, lifetimeMs * (chance(0.3) ? between(0.5, 2) : 100)),
      isProlonged: chance(0.5),
    },
    consentsAt: [between(0, 300), ...(chance(0.2) ? instants(1) : [])],
    lifetimeMs,
    deadlineMs: pick([500, 1000, 5000]),
    processes: Array.from({ length: 2 + times(3) }, script),
    tableFaults: troubled(0.3, 0.3),
    providerFaults: troubled(0.4, 0.5),
    secretFaults: troubled(0.15, 0.4),
    keyMs: chance(0.3) ? between(10, 900) : 0,
    rotations:
      isCalm || !chance(0.2)
        ? []
        : instants(1 + times(1)).map((atMs) => ({
            atMs,
            delayMs: chance(0.5) ? 0 : between(0, 20_000),
          })),
    foreignIssuesAt: isCalm || !chance(0.15) ? [] : instants(1 + times(3)),
    horizonMs,
  };
}
