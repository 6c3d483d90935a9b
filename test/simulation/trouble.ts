import type { EarlierRow } from "./earlier-rows.ts";
import type { Fate } from "./simulated-process.ts";

/** Something that befalls one connection; instants are in milliseconds from the start. */
export interface At {
  readonly atMs: number;
  readonly connection: number;
}

/** How much goes wrong in one seed. */
export interface Trouble {
  readonly isCalm: boolean;
  /** Probabilities of one request going wrong. */
  readonly tableFaults: number;
  readonly providerFaults: number;
  readonly secretFaults: number;
  readonly keyFaults: number;
  /** A write may land long after its sender has given up. */
  readonly hasZombies: boolean;
  /** The provider may act after we have hung up. */
  readonly actsLate: boolean;
  /** How long a data key may take; it decrypts at once where it is at hand. */
  readonly keyMs: number;
  /** What befalls one more process. */
  fate(random: () => number): Fate;
  /** One process whose clock is wrong, by any amount; from the start, or from one of its awaits on. */
  readonly wrongClock: WrongClock | null;
  /** How far those are ahead that act for people, operators and the schedule: nothing, or so much that AWS corrects it. */
  readonly helpersAheadMs: number;
  readonly rotations: readonly { readonly atMs: number; readonly delayMs: number }[];
  /** Someone else issues for the same platform. */
  readonly foreignIssues: readonly At[];
  readonly disconnects: readonly At[];
  /** An operator has what is stored sealed anew. */
  readonly reseals: readonly At[];
  /** An operator stops a connection, or its realm, for so long. */
  readonly freezes: readonly FreezeTrouble[];
  /** The process that still writes as the release before 0.2 did. */
  readonly earlierProcess: number | null;
  /** What the first connection's row is when the world begins. */
  readonly earlierRow: EarlierRow | null;
  /** What an operator does to a row. */
  readonly rowChanges: readonly RowChange[];
}

export interface WrongClock {
  readonly process: number;
  readonly skewMs: number;
  /** Counted from its start: it is right until then. Null: it is wrong from the start. */
  readonly jumpsAtStep: number | null;
}

export interface FreezeTrouble extends At {
  readonly isRealms: boolean;
  readonly forMs: number;
}

export interface RowChange extends At {
  readonly kind: "delete" | "restore" | "damage";
  /** Between 0 and 1: which version, or which damage. */
  readonly which: number;
}

/** Chance, in words. */
export function draws(random: () => number) {
  return {
    chance: (probability: number) => random() < probability,
    pick: <T>(options: readonly T[]): T => options[Math.floor(random() * options.length)] as T,
    between: (least: number, most: number) => least + random() * (most - least),
    times: (most: number) => Math.floor(random() * (most + 1)),
  };
}

/** What AWS's whole seconds, and their way, do not prove to be more than the five that a clock is left with. */
export const mostUncorrectedMs = 6100;

const hourMs = 3_600_000;

export function troubleOf(random: () => number, horizonMs: number): Trouble {
  const { chance, pick, between, times } = draws(random);
  const isCalm = chance(0.25);
  const troubled = (probability: number, most: number) =>
    !isCalm && chance(probability) ? between(0.02, most) : 0;
  const several = (probability: number, most: number) =>
    isCalm || !chance(probability)
      ? []
      : Array.from({ length: 1 + times(most - 1) }, () => between(0, horizonMs));
  const connection = () => (chance(0.7) ? 0 : times(3));
  const longestPauseMs = chance(0.15) ? hourMs : 15_000;
  const kinds = ["delete", "restore", "restore", "damage"] as const;

  const trouble: Omit<Trouble, "reseals" | "freezes"> = {
    isCalm,
    tableFaults: troubled(0.3, 0.3),
    providerFaults: troubled(0.4, 0.5),
    secretFaults: troubled(0.15, 0.4),
    keyFaults: troubled(0.1, 0.3),
    hasZombies: chance(0.3),
    actsLate: chance(0.3),
    keyMs: chance(0.3) ? between(10, 900) : 0,
    fate(chanceOf) {
      const its = draws(chanceOf);
      return {
        crashAtStep: !isCalm && its.chance(0.15) ? 1 + its.times(14) : null,
        pauseAtStep: !isCalm && its.chance(0.15) ? 1 + its.times(14) : null,
        pauseMs: its.between(100, longestPauseMs),
      };
    },
    wrongClock: chance(0.12)
      ? {
          process: 0,
          skewMs: skewOf(random),
          jumpsAtStep: chance(0.4) ? 1 + times(14) : null,
        }
      : null,
    helpersAheadMs: chance(0.05) ? pick([-1, 1]) * between(mostUncorrectedMs, hourMs) : 0,
    rotations: several(0.2, 2).map((atMs) => ({
      atMs,
      delayMs: chance(0.5) ? 0 : between(0, 20_000),
    })),
    foreignIssues: several(0.15, 4).map((atMs) => ({ atMs, connection: connection() })),
    disconnects: several(0.08, 2).map((atMs) => ({ atMs, connection: connection() })),
    earlierProcess: chance(0.08) ? times(1) : null,
    earlierRow: chance(0.1)
      ? {
          layout: pick(["no schedule", "due at renewal", "due at an instant of its own"]),
          isLeased: chance(0.3),
          isSuspect: chance(0.2),
          rejections: times(3),
        }
      : null,
    rowChanges: several(0.08, 2).map((atMs) => ({
      atMs,
      connection: connection(),
      kind: pick(kinds),
      which: random(),
    })),
  };
  const reseals = several(0.1, 3).map((atMs) => ({ atMs, connection: connection() }));
  const freezes = several(0.15, 2).map((atMs) => ({
    atMs,
    connection: connection(),
    isRealms: chance(0.4),
    forMs: between(1000, 90_000),
  }));
  return { ...trouble, reseals, freezes };
}

/** From a third of a second to an hour, ahead or behind; short ones are as likely as long ones. */
function skewOf(random: () => number): number {
  const ms = 300 * (hourMs / 300) ** random();
  return random() < 0.5 ? ms : -ms;
}
