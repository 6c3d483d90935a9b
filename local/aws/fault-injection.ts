import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError, sendError } from "./json-protocol/aws-json.ts";

interface InjectedFault {
  /** Any operation when absent. */
  readonly operation?: string;
  readonly delayMs?: number;
  /** Absent: answers properly, after the delay. */
  readonly fault?: "throttle" | "fail" | "deny" | "hang-up";
}

export interface FaultInjection {
  /** The next `times` requests that match are treated so; plans are used up in the order given. */
  injectFault(misbehaviour: InjectedFault, times?: number): void;
  clearFaults(): void;
}

export interface FaultInjector extends FaultInjection {
  /** True when the request has been dealt with. */
  apply(operation: string, response: ServerResponse): Promise<boolean>;
}

/** The services word it differently, and name it alike. */
const deny = new AwsError("AccessDeniedException", "You are not authorized to do this.");

export function createFaultInjector(own: { throttle: AwsError; fail: AwsError }): FaultInjector {
  const errors = { ...own, deny };
  let plans: { misbehaviour: InjectedFault; left: number }[] = [];

  function take(operation: string): InjectedFault | undefined {
    const plan = plans.find(({ misbehaviour: { operation: only } }) => !only || only === operation);
    if (!plan) return undefined;
    plan.left -= 1;
    plans = plans.filter(({ left }) => left > 0);
    return plan.misbehaviour;
  }

  return {
    injectFault: (misbehaviour, times = 1) => {
      if (times > 0) plans.push({ misbehaviour, left: times });
    },
    clearFaults: () => {
      plans = [];
    },
    async apply(operation, response) {
      const misbehaviour = take(operation);
      if (!misbehaviour) return false;
      if (misbehaviour.delayMs) await sleep(misbehaviour.delayMs);
      if (!misbehaviour.fault) return false;
      if (misbehaviour.fault === "hang-up") response.destroy();
      else sendError(response, errors[misbehaviour.fault]);
      return true;
    },
  };
}
