import { randomBytes } from "node:crypto";
import type { ServerOptions } from "node:https";
import * as v from "valibot";
import type { InFlightRequests } from "./in-flight-requests.ts";
import { createInFlightRequests } from "./in-flight-requests.ts";
import type { Journal } from "./journal.ts";
import { createJournal } from "./journal.ts";

export interface SimulatorOptions {
  /** Default: 0, a free port. */
  readonly port?: number;
  readonly now?: () => number;
  readonly random?: (bytes: number) => Buffer;
  readonly settings?: Partial<Settings>;
  /** Shorthand for `settings.lifetimeMs`. */
  readonly lifetimeMs?: number;
  /** Serves https instead of http. */
  readonly tls?: ServerOptions;
}

/** Shared by all parts of one simulator. */
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

/** Random, and recognisable as simulated. */
export function generateCredential(context: SimulatorContext, provider: string): string {
  return `simulated-${provider}-${context.random(24).toString("base64url")}`;
}

/** Settings of a simulator. They can be changed by assignment or by `PATCH /__settings`. */
export interface Settings {
  /** Delay before every request is handled. */
  latencyMs: number;
  /** Whether a Date header is sent. */
  dateHeader: boolean;
  /** How far the Date header is ahead of the simulator's clock. */
  dateSkewMs: number;
  /** How far every stated instant is ahead of the simulator's clock. Expiry is checked without it. */
  clockSkewMs: number;
  /** Lifetime of the tokens that are issued from now on. */
  lifetimeMs: number;
}

export const settingsPatchSchema = v.partial(
  v.strictObject({
    latencyMs: v.pipe(v.number(), v.minValue(0)),
    dateHeader: v.boolean(),
    dateSkewMs: v.number(),
    clockSkewMs: v.number(),
    lifetimeMs: v.pipe(v.number(), v.minValue(0)),
  }),
);

const defaultSettings: Readonly<Settings> = {
  latencyMs: 0,
  dateHeader: true,
  dateSkewMs: 0,
  clockSkewMs: 0,
  lifetimeMs: 300_000,
};
