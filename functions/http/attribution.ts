import type { Clock } from "../model/clock.ts";
import { stopwatch } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Credential } from "../model/credential.ts";
import type { Log } from "../model/log.ts";
import { LruCache } from "../platform/lru-cache.ts";
import { principalArn } from "./api-event.ts";
import { isProxyEvent } from "./read-fields.ts";

/** What it takes to say who was vended what. */
export interface AttributionRecording {
  readonly clock: Clock;
  readonly log: Log;
  /** Unique among all processes. */
  readonly processName: string;
}

/** Above this many callers and connections, the least recent is forgotten: it is recorded once more when it comes back. */
const maxRecorded = 10_000;

/** Each rejection by a caller of a version is recorded once in this time. */
const rejectionPauseMs = 60_000;

const maxArnLength = 700;

/**
 * Records who was vended which version, and who rejected it: one event for each caller, connection and version of this
 * process, a rejection's at most once a minute (docs/operations.md). A caller that was recorded before costs one look into
 * memory.
 */
export function attributing({ clock, log, processName }: AttributionRecording) {
  const recorded = new LruCache<number>(maxRecorded);
  const rejectionAges = new LruCache<() => number>(maxRecorded);
  const invocation = (event: unknown, requestId: string | null) => {
    const caller = callerIn(event);
    const principal = caller && principalArn.test(caller) ? caller : null;
    const path = caller === null ? "direct" : "api";
    return { path, principal, requestId, process: processName };
  };
  return {
    vended(event: unknown, requestId: string | null, credential: Credential): void {
      const { connection, version, fingerprint } = credential;
      const caller = callerIn(event);
      const key = caller === null ? connection : `${connection} ${caller}`;
      if (recorded.get(key) === version) return;
      recorded.set(key, version);
      const what = { connection, version, fingerprint };
      log.info("vended", { ...what, ...invocation(event, requestId) });
    },
    rejected(event: unknown, requestId: string | null, connection: Connection, version: number) {
      const caller = callerIn(event);
      const what = `${connection} ${version}`;
      const key = caller === null ? what : `${what} ${caller}`;
      const ageMs = rejectionAges.get(key);
      if (ageMs && ageMs() < rejectionPauseMs) return;
      rejectionAges.set(key, stopwatch(clock));
      log.info("rejected", { connection, version, ...invocation(event, requestId) });
    },
  };
}

/**
 * The caller by whose signature API Gateway let a request in, unchecked: empty if the event names none. Null for a direct
 * invocation, which does not say whose it is.
 */
function callerIn(event: unknown): string | null {
  if (!isProxyEvent(event)) return null;
  const { requestContext } = event as { requestContext?: { identity?: { userArn?: unknown } } };
  const caller = requestContext?.identity?.userArn;
  return typeof caller === "string" && caller.length <= maxArnLength ? caller : "";
}
