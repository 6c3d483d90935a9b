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

/** Applies to all refresh tokens, also those that were issued before it was changed. */
export interface RefreshPolicy {
  lifetimeMs: number;
  /** Whether the lifetime starts with the consent, or restarts with each new token. */
  countsFrom: "consent" | "refresh";
  rotation: "none" | "rotate";
  /** How long a rotated token is still accepted (Cognito: 0 to 60 s). */
  graceMs: number;
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
  /** Only where there are refresh tokens. */
  refresh?: RefreshPolicy;
}

const settingsPatchSchema = v.partial(
  v.strictObject({
    latencyMs: v.pipe(v.number(), v.minValue(0)),
    dateHeader: v.boolean(),
    dateSkewMs: v.number(),
    clockSkewMs: v.number(),
    lifetimeMs: v.pipe(v.number(), v.minValue(0)),
    refresh: v.partial(
      v.strictObject({
        lifetimeMs: v.pipe(v.number(), v.minValue(0)),
        countsFrom: v.picklist(["consent", "refresh"]),
        rotation: v.picklist(["none", "rotate"]),
        graceMs: v.pipe(v.number(), v.minValue(0)),
      }),
    ),
  }),
);

/** Changes settings. Fails for what the provider does not have, and then changes nothing. */
export function patchSettings(settings: Settings, patch: unknown): void {
  const { refresh, ...others } = v.parse(settingsPatchSchema, patch);
  if (refresh && !settings.refresh) throw new RangeError("this provider has no refresh tokens");
  Object.assign(settings, others);
  if (settings.refresh) Object.assign(settings.refresh, refresh);
}

const defaultSettings: Readonly<Settings> = {
  latencyMs: 0,
  dateHeader: true,
  dateSkewMs: 0,
  clockSkewMs: 0,
  lifetimeMs: 300_000,
};
