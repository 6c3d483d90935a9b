import * as v from "valibot";
import { nameInArn } from "./deployed-functions.ts";
import { jsonInLine } from "./function-logs.ts";
import type { LoggedLine } from "./log-reader.ts";

/** A caller was vended a version for the first time by a process, or rejected it (docs/operations.md#looking). */
export interface CallerRecord {
  readonly act: "vended" | "rejected";
  readonly connection: string;
  readonly version: number;
  readonly at: Date;
  readonly path: "api" | "direct";
  readonly principal: string | null;
  readonly requestId: string | null;
  readonly process: string;
}

export interface IssueRecord {
  readonly act: "issued";
  readonly connection: string;
  readonly version: number;
  readonly at: Date;
  readonly reason: string;
  readonly fingerprint: string;
}

/** An invocation of a function, as CloudTrail's data events name it. */
export interface TrailedInvocation {
  readonly requestId: string;
  readonly at: Date;
  /** Without account and qualifier. */
  readonly functionName: string;
  readonly invoker: string;
  /** API Gateway invoked it, so that its event is genuine. Any other service of AWS passes on what it was told. */
  readonly isApi: boolean;
}

// Whoever may write to the log could have written these lines.
const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const version = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const connection = text(200);
const id = text(128);

const callerLine = v.object({
  event: v.picklist(["vended", "rejected"]),
  ...{ connection, version },
  path: v.picklist(["api", "direct"]),
  principal: v.nullable(text(700)),
  requestId: v.nullable(id),
  process: id,
});

const issueLine = v.object({
  event: v.literal("token-issued"),
  ...{ connection, version },
  reason: id,
  fingerprint: id,
});

const trailEvent = v.object({
  eventSource: v.literal("lambda.amazonaws.com"),
  eventName: v.pipe(id, v.startsWith("Invoke")),
  eventTime: v.pipe(text(40), v.isoTimestamp()),
  requestID: id,
  errorCode: v.optional(v.unknown()),
  userIdentity: v.object({
    type: v.optional(id),
    arn: v.optional(text(700)),
    principalId: v.optional(text(700)),
    invokedBy: v.optional(id),
  }),
  requestParameters: v.object({ functionName: text(300) }),
});

/** Null for a line of any other kind. */
export function readCallerRecord(logged: LoggedLine): CallerRecord | null {
  const line = v.safeParse(callerLine, jsonInLine(logged));
  if (!line.success) return null;
  const { event, ...record } = line.output;
  return { act: event, at: logged.at, ...record };
}

/** Null for a line of any other kind. */
export function readIssueRecord(logged: LoggedLine): IssueRecord | null {
  const line = v.safeParse(issueLine, jsonInLine(logged));
  if (!line.success) return null;
  const { event: _, ...record } = line.output;
  return { act: "issued", at: logged.at, ...record };
}

/** Null for an event of any other kind, and for one that AWS refused: it has not reached the function. */
export function readTrailEvent(logged: LoggedLine): TrailedInvocation | null {
  const event = v.safeParse(trailEvent, jsonInLine(logged));
  if (!event.success) return null;
  const { requestID, errorCode, eventTime, userIdentity, requestParameters } = event.output;
  if (errorCode !== undefined) return null;
  const { type, arn, principalId, invokedBy } = userIdentity;
  const isApi = type === "AWSService" && invokedBy === "apigateway.amazonaws.com";
  return {
    requestId: requestID,
    at: new Date(eventTime),
    functionName: nameInArn(requestParameters.functionName),
    invoker: arn ?? principalId ?? invokedBy ?? "unknown",
    isApi,
  };
}
