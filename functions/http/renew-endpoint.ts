import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type { Clock } from "../model/clock.ts";
import type { Deadline } from "../model/time-limits.ts";

/** Reserved for writing the answer. */
const answerReserveMs = 1000;

interface RenewEndpoint<Summary> {
  readonly clock: Clock;
  renew(deadline: Deadline): Promise<Summary>;
}

/** A handler for ticks of the schedule. It ignores the event. A failure fails the invocation, which Lambda's error metric counts. */
export function renewEndpoint<Summary>({ clock, renew }: RenewEndpoint<Summary>) {
  return middy({ timeoutEarlyInMillis: answerReserveMs }).handler(
    async (_event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const msLeft = clock.countdown(context.getRemainingTimeInMillis() - answerReserveMs);
      return renew({ msLeft, signal, onBehalfOf: "schedule" });
    },
  );
}
