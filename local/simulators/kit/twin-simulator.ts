import type { Simulator } from "./simulator.ts";

/** One provider with two listeners, which share their world; faults go where their route is. */
export function joinSimulators(
  first: Simulator,
  second: Simulator,
  routesOfSecond: readonly string[],
): Simulator {
  return {
    ...first,
    injectFault(fault) {
      const isOfSecond = fault.route === undefined || routesOfSecond.includes(fault.route);
      (isOfSecond ? second : first).injectFault(fault);
    },
    clearFaults() {
      first.clearFaults();
      second.clearFaults();
    },
    async stop() {
      await Promise.all([first.stop(), second.stop()]);
    },
  };
}
