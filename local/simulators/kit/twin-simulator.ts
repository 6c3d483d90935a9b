import type { Simulator } from "./simulator.ts";

/** One provider with two listeners, which share their world; faults go where their route is. */
export function joinSimulators(
  first: Simulator,
  second: Simulator,
  routesOfSecond: readonly string[],
): Simulator {
  return {
    ...first,
    misbehave(fault) {
      const isOfSecond = fault.route === undefined || routesOfSecond.includes(fault.route);
      (isOfSecond ? second : first).misbehave(fault);
    },
    restore() {
      first.restore();
      second.restore();
    },
    async stop() {
      await Promise.all([first.stop(), second.stop()]);
    },
  };
}
