import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import { allConnections } from "../all-connections.ts";
import { CommandFailure } from "../failure.ts";
import type { LogReader } from "../log-reader.ts";
import type { ConsoleBackend } from "./console-server.ts";
import { gapOfFailure } from "./gaps.ts";
import { followLogs } from "./log-follower.ts";
import type { ActionMeans } from "./perform-action.ts";
import { performAction } from "./perform-action.ts";
import { shownConnection } from "./shown-connection.ts";
import type { Gap } from "./snapshot.ts";

export interface OperatorConsoleOptions extends ActionMeans {
  readonly logs: LogReader;
  readonly place: string;
  /** From when on the logs are read. */
  readonly since: Date;
  /** The status and the logs are not read more often than this, however many pages are open. */
  readonly statusEveryMs: number;
  readonly logsEveryMs: number;
}

/** The console over the deployed functions. While no page asks, nothing is read. */
export function operatorConsole(options: OperatorConsoleOptions): ConsoleBackend {
  const { functions, logs, now, breaker, place, since } = options;
  const follower = followLogs({ functions, logs, from: since, now });
  let connections: readonly ConnectionAnswer[] = [];
  let readAt: Date | null = null;
  let failed: Gap | null = null;

  async function readStatus(): Promise<void> {
    try {
      connections = await allConnections(functions, null);
      [readAt, failed] = [now(), null];
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      failed = gapOfFailure("The status", error);
    }
  }

  const status = atMostEvery(options.statusEveryMs, now, readStatus);
  const log = atMostEvery(options.logsEveryMs, now, () => follower.read());

  return {
    async snapshot() {
      // The logs of many realms take seconds: the page shows what is there meanwhile.
      void log.fresh();
      await status.fresh();
      const at = now();
      return {
        at: at.toISOString(),
        place,
        readAt: readAt?.toISOString() ?? null,
        connections: connections.map((each) => shownConnection(each, at)),
        activity: follower.activity(),
        counts: follower.counts(),
        logged: { from: since.toISOString(), to: follower.readTo?.toISOString() ?? null },
        gaps: [...(failed ? [failed] : []), ...follower.gaps],
        breaking: breaker?.state() ?? null,
      };
    },
    async act(action) {
      const result = await performAction(action, options);
      status.expire();
      log.expire();
      return result;
    },
  };
}

/** Reads again when what was read is old, and once for all who ask meanwhile. */
function atMostEvery(everyMs: number, now: () => Date, read: () => Promise<void>) {
  let reading: Promise<void> | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  return {
    fresh(): Promise<void> {
      if (reading !== undefined) return reading;
      if (Number(now()) < freshUntil) return Promise.resolve();
      freshUntil = Number(now()) + everyMs;
      reading = read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    /** Has the next one who asks read again. */
    expire(): void {
      freshUntil = Number.NEGATIVE_INFINITY;
    },
  };
}
