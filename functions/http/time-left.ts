import type { Context } from "aws-lambda";
import { plusMs } from "../model/clock.ts";

/** Kept for writing the answer: the use case stops this long before Lambda would kill it. */
const answerReserveMs = 300;
/** Where nobody says how much time there is: outside Lambda. */
const assumedTimeMs = 10_000;

/** When a use case has to be done. */
export function deadlineOf(context: Context, now: Date): Date {
  const remainingMs = context.getRemainingTimeInMillis?.() ?? assumedTimeMs;
  return plusMs(now, remainingMs - answerReserveMs);
}
