import type { BreakName } from "../../cli/console/snapshot.ts";
import type { LocalRealm } from "../local-realm.ts";

const route = "token";
const slowMs = 3000;
const retryAfterSeconds = 10;
const shortLifeMs = 30_000;

/** What a simulated provider can be made to do to whoever requests a token. */
type Trouble = Extract<BreakName, "slow" | "throttle" | "down" | "mend" | "short-lives">;

export function isTrouble(how: BreakName): how is Trouble {
  return how in effects;
}

const effects: Readonly<Record<Trouble, string | null>> = {
  slow: `The simulated provider takes ${slowMs / 1000} s for each answer.`,
  throttle: `The simulated provider answers 429, and to come again in ${retryAfterSeconds} s.`,
  down: "The simulated provider answers 503.",
  "short-lives": `The simulated provider issues tokens of ${shortLifeMs / 1000} s.`,
  mend: null,
};

const usualLives = new WeakMap<object, number>();

/** Of several troubles the last one counts. Returns what the page says of the provider from now on; null for nothing. */
export function makeTrouble({ simulator }: LocalRealm, how: Trouble): string | null {
  const usualLifeMs = usualLives.get(simulator) ?? simulator.settings.lifetimeMs;
  usualLives.set(simulator, usualLifeMs);
  simulator.clearFaults();
  simulator.settings.lifetimeMs = how === "short-lives" ? shortLifeMs : usualLifeMs;
  const always = { times: "always", route } as const;
  if (how === "slow") simulator.injectFault({ kind: "delay", ms: slowMs, ...always });
  if (how === "throttle") {
    simulator.injectFault({ kind: "throttle", retryAfter: `${retryAfterSeconds}`, ...always });
  }
  if (how === "down") simulator.injectFault({ kind: "respond", status: 503, ...always });
  return effects[how];
}
