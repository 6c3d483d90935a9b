import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type { Clock } from "../model/clock.ts";
import { plusMs } from "../model/clock.ts";

/** Kept for writing the answer. */
const answerReserveMs = 1000;

interface Endpoint<Tally> {
  readonly clock: Clock;
  renew(call: { deadlineAt: Date; signal: AbortSignal }): Promise<Tally>;
}

/** The schedule's tick: whatever the event, the tally of what was done. A failure fails the invocation, for its alarm. */
export function renewEndpoint<Tally>({ clock, renew }: Endpoint<Tally>) {
  return middy({ timeoutEarlyInMillis: answerReserveMs }).handler(
    async (_event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const remainingMs = context.getRemainingTimeInMillis();
      const deadlineAt = plusMs(clock.now(), remainingMs - answerReserveMs);
      return renew({ deadlineAt, signal });
    },
  );
}
