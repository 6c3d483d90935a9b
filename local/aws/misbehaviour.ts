import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError, sendError } from "./json-protocol/aws-json.ts";

interface Misbehaviour {
  /** Any operation when absent. */
  readonly operation?: string;
  readonly delayMs?: number;
  /** Absent: answers properly, after the delay. */
  readonly fault?: "throttle" | "fail" | "deny" | "hang-up";
}

export interface Misbehaving {
  /** The next `times` requests that match are treated so; plans are used up in the order given. */
  misbehave(misbehaviour: Misbehaviour, times?: number): void;
  behave(): void;
}

export interface Misbehaviours extends Misbehaving {
  /** True when the request has been dealt with. */
  apply(operation: string, response: ServerResponse): Promise<boolean>;
}

/** The services word it differently, and name it alike. */
const deny = new AwsError("AccessDeniedException", "You are not authorized to do this.");

export function misbehaviours(own: { throttle: AwsError; fail: AwsError }): Misbehaviours {
  const errors = { ...own, deny };
  let plans: { misbehaviour: Misbehaviour; left: number }[] = [];

  function take(operation: string): Misbehaviour | undefined {
    const plan = plans.find(({ misbehaviour: { operation: only } }) => !only || only === operation);
    if (!plan) return undefined;
    plan.left -= 1;
    plans = plans.filter(({ left }) => left > 0);
    return plan.misbehaviour;
  }

  return {
    misbehave: (misbehaviour, times = 1) => {
      if (times > 0) plans.push({ misbehaviour, left: times });
    },
    behave: () => {
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
