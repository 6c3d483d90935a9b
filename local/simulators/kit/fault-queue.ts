import * as v from "valibot";
import type { Fault, ScriptedFault } from "./faults.ts";
import { faultSchema } from "./faults.ts";

export interface FaultQueue {
  add(fault: Fault): void;
  /** Uses up one turn of the first fault that waits for this route. */
  take(route: string): ScriptedFault | undefined;
  clear(): void;
}

interface Waiting {
  readonly route: string;
  readonly fault: ScriptedFault;
  turns: number;
}

export function createFaultQueue(routes: readonly string[]): FaultQueue {
  let queue: Waiting[] = [];

  return {
    add(fault) {
      const scripted = v.parse(faultSchema, fault);
      const route = scripted.route ?? routes[0];
      if (route === undefined || !routes.includes(route)) {
        throw new RangeError(`no route "${route}" here, only ${routes.join(", ")}`);
      }
      const turns = scripted.times === "always" ? Number.POSITIVE_INFINITY : scripted.times;
      queue.push({ route, fault: scripted, turns });
    },
    take(route) {
      const next = queue.find((waiting) => waiting.route === route);
      if (next === undefined) return undefined;
      next.turns -= 1;
      queue = queue.filter((waiting) => waiting.turns > 0);
      return next.fault;
    },
    clear() {
      queue = [];
    },
  };
}
