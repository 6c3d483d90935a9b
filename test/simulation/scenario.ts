import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { GrantRules } from "./simulated-grants.ts";
import type { Fate } from "./simulated-process.ts";
import type { Trouble } from "./trouble.ts";
import { draws, troubleOf } from "./trouble.ts";

/** What one seed plays: the providers' nature, who asks when, and how much goes wrong. */
export interface Scenario {
  readonly realms: readonly RealmScript[];
  readonly connections: readonly ConnectionScript[];
  /** Where the policy is `by-consent`. */
  readonly grants: GrantRules;
  /** A person consents unasked. */
  readonly consents: readonly At[];
  readonly lifetimeMs: number;
  readonly deadlineMs: number;
  readonly processes: readonly Script[];
  /** When EventBridge Scheduler invokes each realm. */
  readonly ticksAt: readonly number[];
  readonly trouble: Trouble;
  readonly horizonMs: number;
}

interface RealmScript {
  readonly policy: RenewalPolicy;
  /** A deployment changes it: for processes that begin after it. */
  readonly later: { readonly atMs: number; readonly policy: RenewalPolicy } | null;
}

interface ConnectionScript {
  readonly realm: number;
  readonly account: string;
  /** The first connection with the same revocation scope, by its place: itself in most cases. */
  readonly platform: number;
}

/** Something that befalls one connection; instants are in milliseconds from the start. */
export interface At {
  readonly atMs: number;
  readonly connection: number;
}

interface Script {
  readonly realm: number;
  readonly startsAt: number;
  readonly skewMs: number;
  readonly stepsTo: { readonly atMs: number; readonly skewMs: number } | null;
  readonly fate: Fate;
  readonly asks: readonly Ask[];
}

export interface Ask {
  readonly atMs: number;
  /** Null: for an account that has no secret. */
  readonly connection: number | null;
  readonly minValiditySeconds: number;
  readonly patienceMs: number;
  /** What the caller does with the token: `complains` although it was fine. */
  readonly manner: "uses" | "complains";
}

const policies: readonly RenewalPolicy[] = [
  { renewal: "at-expiry" },
  { renewal: "at-expiry" },
  { renewal: "at-handover", beforeExpiryMs: 20_000 },
  { renewal: "early", beforeExpiryMs: 60_000 },
  { renewal: "by-consent", beforeExpiryMs: 60_000 },
  { renewal: "by-consent", beforeExpiryMs: 60_000 },
  { renewal: "on-rotation", recheckMs: 5000, hasProbe: false },
  { renewal: "on-rotation", recheckMs: 5000, hasProbe: true },
];

export function scenarioOf(random: () => number): Scenario {
  const { chance, pick, between, times } = draws(random);
  const lifetimeMs = pick([2000, 10_000, 60_000, 300_000]);
  const horizonMs = lifetimeMs * between(1.2, 2.6);
  const trouble = troubleOf(random, horizonMs);
  const { isCalm } = trouble;
  const within = () => between(-maxClockSkewMs / 2, maxClockSkewMs / 2);

  const policy = pick(policies);
  const realms: RealmScript[] = [{ policy, later: changeOf(policy) }];
  if (chance(0.1)) realms.push({ policy: pick(policies), later: null });
  const connections: ConnectionScript[] = [{ realm: 0, account: "default", platform: 0 }];
  for (let more = chance(0.3) ? 1 + times(1) : 0; more > 0; more -= 1) {
    const at = connections.length;
    connections.push({ realm: 0, account: `more-${at}`, platform: chance(0.6) ? 0 : at });
  }
  if (realms.length > 1) {
    connections.push({ realm: 1, account: "default", platform: connections.length });
  }
  const connectionsOf = (realm: number) =>
    connections.flatMap((of, index) => (of.realm === realm ? [index] : []));

  /** What a deployment may change while the provider stays as it is. */
  function changeOf(before: RenewalPolicy): RealmScript["later"] {
    if (isCalm || !chance(0.1)) return null;
    const changed: Partial<Record<RenewalPolicy["renewal"], RenewalPolicy>> = {
      "at-expiry": { renewal: "at-handover", beforeExpiryMs: 20_000 },
      "at-handover": { renewal: "at-expiry" },
      early: { renewal: "early", beforeExpiryMs: 5000 },
      "by-consent": { renewal: "by-consent", beforeExpiryMs: 5000 },
    };
    const after = changed[before.renewal];
    return after ? { atMs: between(0, horizonMs), policy: after } : null;
  }

  const script = (index: number): Script => {
    const realm = index > 0 && chance(0.3) ? realms.length - 1 : 0;
    const later = realms[realm]?.later;
    const startsAt = later && chance(0.5) ? later.atMs : 0;
    const isWrong = trouble.wrongClock?.process === index;
    return {
      realm,
      startsAt,
      skewMs: isWrong ? trouble.wrongClock.skewMs : within(),
      stepsTo: !isWrong && chance(0.2) ? { atMs: between(0, horizonMs), skewMs: within() } : null,
      fate: trouble.fate(random),
      asks: Array.from({ length: 1 + times(4) }, () => ask(realm, startsAt)),
    };
  };
  /** Callers tend to come together: at the start, at expiry, when others do. */
  const rush = [0, lifetimeMs, lifetimeMs * 2, between(0, horizonMs)];
  const ask = (realm: number, startsAt: number): Ask => ({
    atMs: Math.max(startsAt, chance(0.6) ? pick(rush) + between(0, 300) : between(0, horizonMs)),
    connection: chance(0.02)
      ? null
      : chance(0.6)
        ? (connectionsOf(realm)[0] ?? 0)
        : pick(connectionsOf(realm)),
    minValiditySeconds: chance(0.15) ? Math.floor(between(1, lifetimeMs / 900)) : 0,
    patienceMs: chance(0.15) ? between(500, 8000) : 25_000,
    manner: chance(0.1) ? "complains" : "uses",
  });

  return {
    realms,
    connections,
    grants: {
      refreshTokens: chance(0.7) ? "single-use" : "reusable",
      graceMs: chance(0.5) ? 0 : between(1000, 60_000),
      livesMs: Math.max(40_000, lifetimeMs * (chance(0.3) ? between(0.5, 2) : 100)),
      isProlonged: chance(0.5),
    },
    consents: connections.flatMap((_, connection) =>
      [between(0, 300), ...(chance(0.2) ? [between(0, horizonMs)] : [])].map((atMs) => ({
        atMs,
        connection,
      })),
    ),
    lifetimeMs,
    deadlineMs: pick([500, 1000, 5000]),
    processes: Array.from({ length: 2 + times(3) }, (_, index) => script(index)),
    ticksAt: chance(0.25) ? minutes(horizonMs, between(0, 60_000)) : [],
    trouble,
    horizonMs,
  };
}

function minutes(horizonMs: number, firstMs: number): number[] {
  const count = Math.max(0, Math.ceil((horizonMs - firstMs) / 60_000));
  return Array.from({ length: count }, (_, index) => firstMs + index * 60_000);
}
