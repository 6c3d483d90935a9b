import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError, sendError } from "./json-protocol/aws-json.ts";

interface InjectedFault {
  /** Default: any operation. */
  readonly operation?: string;
  readonly delayMs?: number;
  /** Default: a normal answer, after the delay. */
  readonly fault?: "throttle" | "fail" | "deny" | "disconnect";
}

export interface FaultInjection {
  /**
   * Applies the fault to the next `times` matching requests. Faults are used up in the order in which they were given.
   */
  injectFault(fault: InjectedFault, times?: number): void;
  clearFaults(): void;
}

export interface FaultInjector extends FaultInjection {
  /** True if the fault has answered the request. */
  apply(operation: string, response: ServerResponse): Promise<boolean>;
}

/** All services use this error type; their messages differ. */
const deny = new AwsError("AccessDeniedException", "You are not authorized to do this.");

export function createFaultInjector(serviceErrors: {
  throttle: AwsError;
  fail: AwsError;
}): FaultInjector {
  const errors = { ...serviceErrors, deny };
  let faults: { fault: InjectedFault; left: number }[] = [];

  function nextFault(operation: string): InjectedFault | undefined {
    const next = faults.find(({ fault }) => !fault.operation || fault.operation === operation);
    if (!next) return undefined;
    next.left -= 1;
    faults = faults.filter(({ left }) => left > 0);
    return next.fault;
  }

  return {
    injectFault: (fault, times = 1) => {
      if (times > 0) faults.push({ fault, left: times });
    },
    clearFaults: () => {
      faults = [];
    },
    async apply(operation, response) {
      const injected = nextFault(operation);
      if (!injected) return false;
      if (injected.delayMs) await sleep(injected.delayMs);
      if (!injected.fault) return false;
      if (injected.fault === "disconnect") response.destroy();
      else sendError(response, errors[injected.fault]);
      return true;
    },
  };
}
