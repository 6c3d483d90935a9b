import * as v from "valibot";
import { createConsentOracle } from "../oauth/consent-oracle.ts";
import type { Counters } from "./counters.ts";
import type { Fault } from "./faults.ts";
import { faultSchema } from "./faults.ts";
import type { JournalEntry } from "./journal.ts";
import type { SimulatedReply } from "./reply.ts";
import { jsonReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import type { SimulatedRoute } from "./route.ts";
import type { Settings } from "./simulator-context.ts";
import { patchSettings } from "./simulator-context.ts";

/** What a test can do with any simulator, in process or over HTTP. */
export interface Controls {
  readonly journal: readonly JournalEntry[];
  readonly counters: Counters;
  readonly settings: Settings;
  injectFault(fault: Fault): void;
  /** Removes every fault that has not been used up. Settings stay. */
  clearFaults(): void;
}

const faultsSchema = v.union([v.array(faultSchema), faultSchema]);

/** Routes for other processes, to read the journal and inject faults. They are never subject to faults themselves. */
export function controlRoutes(controls: Controls): readonly SimulatedRoute[] {
  const { journal, counters, settings } = controls;
  const oracle = createConsentOracle(journal);
  return [
    control("GET", "/__journal", () => jsonReply(200, journal)),
    control("GET", "/__counters", () =>
      jsonReply(200, {
        issues: counters.issues(),
        issuesPerRevocationScope: counters.issuesPerRevocationScope(),
        earlyIssues: counters.earlyIssues(),
        unexcusedEarlyIssues: counters.unexcusedEarlyIssues(),
        uses: counters.uses(),
        usesRefused: counters.usesRefused(),
        credentialsRefused: counters.credentialsRefused(),
        maxInFlight: counters.maxInFlight(),
        codesReplayed: oracle.codesReplayed(),
        refreshTokensReused: oracle.refreshTokensReused(),
        statesRepeated: oracle.statesRepeated(),
      }),
    ),
    control("POST", "/__faults", ({ body }) => {
      const faults = v.parse(faultsSchema, JSON.parse(body));
      for (const fault of [faults].flat()) controls.injectFault(fault);
      return done;
    }),
    control("DELETE", "/__faults", () => {
      controls.clearFaults();
      return done;
    }),
    control("PATCH", "/__settings", ({ body }) => {
      patchSettings(settings, JSON.parse(body));
      return jsonReply(200, settings);
    }),
  ];
}

const done: SimulatedReply = { status: 204, headers: {}, body: { raw: "" } };

function control(
  method: string,
  path: string,
  act: (request: SimulatedRequest) => SimulatedReply,
): SimulatedRoute {
  return {
    name: path,
    methods: [method],
    path,
    handle: (request) => rejectInvalid(act, request),
  };
}

function rejectInvalid(
  act: (request: SimulatedRequest) => SimulatedReply,
  request: SimulatedRequest,
): SimulatedReply {
  try {
    return act(request);
  } catch (error) {
    return jsonReply(400, { message: String(error) });
  }
}
