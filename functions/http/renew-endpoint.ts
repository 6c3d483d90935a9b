import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type { Clock } from "../model/clock.ts";
import type { Connection, RealmId } from "../model/connection.ts";
import { connectionOf } from "../model/connection.ts";
import type { SecretCheck, SecretCheckRequest, SecretExamination } from "../model/secret-check.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { ResealAnswer, SecretCheckAnswer } from "./contract.ts";
import { resealPayload, secretCheckPayload } from "./contract.ts";
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

interface SecretCheckEndpoint extends ProblemReporting {
  readonly realm: RealmId;
  check(request: SecretCheckRequest, deadline: Deadline): Promise<SecretCheck>;
}

/** Checks a connection's secret for an operator. It answers no value. */
export function secretCheckEndpoint(endpoint: SecretCheckEndpoint) {
  const { realm, check } = endpoint;
  return jsonEndpoint(endpoint, async ({ event, deadline, setConnection }) => {
    const { account, checkSecret } = parse(secretCheckPayload, event, "payload");
    const connection = connectionOf(realm, requireAccount(account));
    setConnection(connection);
    const { version = null, try: isTried, adopt: isAdopted } = checkSecret;
    const request = { connection, version, isTried, isAdopted };
    const { trial, examination, ...checked } = await check(request, deadline());
    const expiresAt = trial.expiresAt?.toISOString() ?? null;
    const answer: SecretCheckAnswer = {
      ...checked,
      trial: { ...trial, expiresAt },
      examination: examination && examined(examination),
    };
    return answer;
  });
}

function examined({ oddities, certificate }: SecretExamination) {
  const { beginsAt, endsAt } = certificate ?? {};
  return {
    oddities,
    certificate:
      beginsAt && endsAt
        ? { beginsAt: beginsAt.toISOString(), endsAt: endsAt.toISOString() }
        : null,
  };
}

/** Which of an operator's requests an event is; null for the schedule's. */
export function operatorRequest(event: unknown): "reseal" | "checkSecret" | null {
  if (typeof event !== "object" || event === null) return null;
  if ("reseal" in event) return "reseal";
  return "checkSecret" in event ? "checkSecret" : null;
}
