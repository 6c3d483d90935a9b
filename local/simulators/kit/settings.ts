import * as v from "valibot";

/** Lasting traits of a simulator, changed by assignment or by `PATCH /__settings`. */
export interface Settings {
  /** Added before every request is handled. */
  latencyMs: number;
  /** Whether a Date header is sent at all. */
  dateHeader: boolean;
  /** How far the Date header is ahead of the simulator's clock. */
  dateSkewMs: number;
  /** How far every stated instant is ahead of the simulator's clock; expiry is judged without it. */
  clockSkewMs: number;
  /** Of the tokens issued from now on, where the provider issues any. */
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

export const defaultSettings: Readonly<Settings> = {
  latencyMs: 0,
  dateHeader: true,
  dateSkewMs: 0,
  clockSkewMs: 0,
  lifetimeMs: 300_000,
};
