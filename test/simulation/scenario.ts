import { maxClockSkewMs } from "../../functions/model/clock.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { GrantRules } from "./simulated-grants.ts";
import type { Fate } from "./simulated-process.ts";
import type { At, Trouble } from "./trouble.ts";
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
  const draw = draws(random);
  const { chance, pick, between, times } = draw;
  const lifetimeMs = pick([2000, 10_000, 60_000, 300_000]);
  const horizonMs = lifetimeMs * between(1.2, 2.6);
  const trouble = troubleOf(random, horizonMs);
  const realms = realmsOf(draw, trouble, horizonMs);
  const connections = connectionsOf(draw, realms.length);
  const stage = { draw, random, trouble, realms, connections, lifetimeMs, horizonMs };
  /** Callers tend to come together: at the start, at expiry, when others do. */
  const rush = [0, lifetimeMs, lifetimeMs * 2, between(0, horizonMs)];
  const processes = Array.from({ length: 2 + times(3) }, (_, index) => script(stage, rush, index));
  const consented = () => [between(0, 300), ...(chance(0.2) ? [between(0, horizonMs)] : [])];
  return {
    ...{ realms, connections, lifetimeMs, horizonMs, trouble, processes },
    grants: {
      refreshTokens: chance(0.7) ? "single-use" : "reusable",
      graceMs: chance(0.5) ? 0 : between(1000, 60_000),
      livesMs: Math.max(40_000, lifetimeMs * (chance(0.3) ? between(0.5, 2) : 100)),
      isProlonged: chance(0.5),
      statesEnds: "everyone's",
    },
    consents: connections.flatMap((_, connection) =>
      consented().map((atMs) => ({ atMs, connection })),
    ),
    deadlineMs: pick([500, 1000, 5000]),
    ticksAt: chance(0.25) ? everyMinute(horizonMs, between(0, 60_000), chance(0.2)) : [],
  };
}

type Draw = ReturnType<typeof draws>;

interface Stage extends Pick<Scenario, "realms" | "connections" | "lifetimeMs" | "horizonMs"> {
  readonly draw: Draw;
  readonly random: () => number;
  readonly trouble: Trouble;
}

function realmsOf(
  draw: Draw,
  { isCalm, earlierProcess }: Trouble,
  horizonMs: number,
): RealmScript[] {
  const policy = draw.pick(policies);
  // An earlier release does not say under which policy it issued, and leaves what was said before it.
  const isChanged = !isCalm && earlierProcess === null && draw.chance(0.1);
  const after = isChanged ? changed[policy.renewal] : undefined;
  const later = after ? { atMs: draw.between(0, horizonMs), policy: after } : null;
  const others = draw.chance(0.1) ? [{ policy: draw.pick(policies), later: null }] : [];
  return [{ policy, later }, ...others];
}

/** What a deployment may change while the provider stays as it is. */
const changed: Partial<Record<RenewalPolicy["renewal"], RenewalPolicy>> = {
  "at-expiry": { renewal: "at-handover", beforeExpiryMs: 20_000 },
  "at-handover": { renewal: "at-expiry" },
  early: { renewal: "early", beforeExpiryMs: 5000 },
  "by-consent": { renewal: "by-consent", beforeExpiryMs: 5000 },
};

function connectionsOf({ chance, times }: Draw, realms: number): ConnectionScript[] {
  const connections: ConnectionScript[] = [{ realm: 0, account: "default", platform: 0 }];
  for (let more = chance(0.3) ? 1 + times(1) : 0; more > 0; more -= 1) {
    const at = connections.length;
    connections.push({ realm: 0, account: `more-${at}`, platform: chance(0.6) ? 0 : at });
  }
  if (realms > 1) connections.push({ realm: 1, account: "default", platform: connections.length });
  return connections;
}

function script(stage: Stage, rush: readonly number[], index: number): Script {
  const { draw, random, trouble, realms, horizonMs } = stage;
  const { chance, between, times } = draw;
  const within = () => between(-maxClockSkewMs / 2, maxClockSkewMs / 2);
  const realm = index > 0 && chance(0.3) ? realms.length - 1 : 0;
  const later = realms[realm]?.later;
  const startsAt = later && chance(0.5) ? later.atMs : 0;
  const wrong = trouble.wrongClock?.process === index ? trouble.wrongClock : null;
  const steps = !wrong && chance(0.2);
  const isWrongFromTheStart = wrong?.jumpsAtStep === null;
  return {
    ...{ realm, startsAt },
    skewMs: isWrongFromTheStart ? wrong.skewMs : within(),
    stepsTo: steps ? { atMs: between(0, horizonMs), skewMs: within() } : null,
    fate: trouble.fate(random),
    asks: Array.from({ length: 1 + times(4) }, () => ask(stage, rush, realm, startsAt)).flatMap(
      (asked) => [asked, ...atOnceWith(draw, asked)],
    ),
  };
}

function ask(stage: Stage, rush: readonly number[], realm: number, startsAt: number): Ask {
  const { chance, pick, between } = stage.draw;
  const atMs = chance(0.6) ? pick(rush) + between(0, 300) : between(0, stage.horizonMs);
  const own = stage.connections.flatMap((of, index) => (of.realm === realm ? [index] : []));
  const known = chance(0.6) ? (own[0] ?? 0) : pick(own);
  return {
    atMs: Math.max(startsAt, atMs),
    connection: chance(0.02) ? null : known,
    minValiditySeconds: chance(0.15) ? Math.floor(between(1, stage.lifetimeMs / 900)) : 0,
    patienceMs: chance(0.15) ? between(500, 8000) : 25_000,
    manner: chance(0.1) ? "complains" : "uses",
  };
}

/** Other callers of the same process ask the same, while the first one may still wait. */
function atOnceWith({ chance, times, between }: Draw, asked: Ask): Ask[] {
  if (!chance(0.25)) return [];
  return Array.from({ length: 1 + times(2) }, () => ({
    ...asked,
    atMs: asked.atMs + between(0, 200),
    patienceMs: chance(0.3) ? between(500, 8000) : 25_000,
  }));
}

/** `goesOn`: once more, when nobody has asked for hours. */
function everyMinute(horizonMs: number, firstMs: number, goesOn: boolean): number[] {
  const count = Math.max(0, Math.ceil((horizonMs - firstMs) / 60_000));
  const ticks = Array.from({ length: count }, (_, index) => firstMs + index * 60_000);
  return goesOn ? [...ticks, horizonMs + 2 * hourMs] : ticks;
}

const hourMs = 3_600_000;
