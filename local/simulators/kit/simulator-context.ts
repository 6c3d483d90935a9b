import { randomBytes } from "node:crypto";
import type { ServerOptions } from "node:https";
import type { InFlightRequests } from "./in-flight-requests.ts";
import { createInFlightRequests } from "./in-flight-requests.ts";
import type { Journal } from "./journal.ts";
import { createJournal } from "./journal.ts";
import type { Settings } from "./settings.ts";
import { defaultSettings } from "./settings.ts";

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
export interface SimulatorContext {
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly inFlight: InFlightRequests;
}

export function createSimulatorContext(options: SimulatorOptions): SimulatorContext {
  const { now = Date.now, random = randomBytes, lifetimeMs, settings } = options;
  return {
    now,
    random,
    settings: {
      ...defaultSettings,
      ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
      ...settings,
    },
    journal: createJournal(now),
    inFlight: createInFlightRequests(),
  };
}

/** Random, and recognisable as made up. */
export function generateCredential(world: SimulatorContext, provider: string): string {
  return `simulated-${provider}-${world.random(24).toString("base64url")}`;
}
