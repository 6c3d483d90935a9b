import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type { Clock } from "../model/clock.ts";
import type { Connection, RealmId } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { ResealAnswer } from "./contract.ts";
import { resealPayload } from "./contract.ts";
import { jsonEndpoint } from "./json-endpoint.ts";
import { parse, requireAccount } from "./read-fields.ts";
import type { ProblemReporting } from "./report-refusal.ts";

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

interface ResealEndpoint extends ProblemReporting {
  readonly realm: RealmId;
  reseal(connection: Connection, deadline: Deadline): Promise<ResealAnswer>;
}

/** Seals anew what is stored for a connection. Not of `vend-token`, which every consumer may invoke: it disturbs renewals. */
export function resealEndpoint(endpoint: ResealEndpoint) {
  const { realm, reseal } = endpoint;
  return jsonEndpoint(endpoint, async ({ event, deadline, setConnection }) => {
    const { account } = parse(resealPayload, event, "payload");
    const connection = connectionOf(realm, requireAccount(account));
    setConnection(connection);
    return reseal(connection, deadline());
  });
}

export function isResealRequest(event: unknown): boolean {
  return typeof event === "object" && event !== null && "reseal" in event;
}
