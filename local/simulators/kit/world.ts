import { randomBytes } from "node:crypto";
import type { ServerOptions } from "node:https";
import type { InFlight } from "./in-flight.ts";
import { createInFlight } from "./in-flight.ts";
import type { Journal } from "./journal.ts";
import { createJournal } from "./journal.ts";
import type { Settings } from "./settings.ts";
import { plainSettings } from "./settings.ts";

export interface SimulatorOptions {
  /** 0, a free one, if unsaid. */
  readonly port?: number;
  readonly now?: () => number;
  readonly random?: (bytes: number) => Buffer;
  readonly settings?: Partial<Settings>;
  /** The same as `settings.lifetimeMs`. */
  readonly lifetimeMs?: number;
  /** Serves https instead of http. */
  readonly tls?: ServerOptions;
}

/** What every part of one simulator shares. */
export interface World {
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly inFlight: InFlight;
}

export function createWorld(options: SimulatorOptions): World {
  const { now = Date.now, random = randomBytes, lifetimeMs, settings } = options;
  return {
    now,
    random,
    settings: {
      ...plainSettings,
      ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
      ...settings,
    },
    journal: createJournal(now),
    inFlight: createInFlight(),
  };
}

/** Random, and recognisable as made up. */
export function madeUpCredential(world: World, provider: string): string {
  return `simulated-${provider}-${world.random(24).toString("base64url")}`;
}
