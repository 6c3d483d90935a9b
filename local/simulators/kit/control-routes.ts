import * as v from "valibot";
import type { Controls } from "./controls.ts";
import { faultSchema } from "./faults.ts";
import type { SimulatedReply } from "./reply.ts";
import { jsonReply } from "./reply.ts";
import type { SimulatedRequest } from "./request.ts";
import type { SimulatedRoute } from "./route.ts";
import { settingsPatchSchema } from "./settings.ts";

const faultsSchema = v.union([v.array(faultSchema), faultSchema]);

/** Lets other processes read the journal and play faults; never itself subject to faults. */
export function controlRoutes(controls: Controls): readonly SimulatedRoute[] {
  const { journal, counters, settings } = controls;
  return [
    control("GET", "/__journal", () => jsonReply(200, journal)),
    control("GET", "/__counters", () =>
      jsonReply(200, {
        issues: counters.issues(),
        issuesPerScope: counters.issuesPerRevocationScope(),
        earlyIssues: counters.earlyIssues(),
        unexcusedEarlyIssues: counters.unexcusedEarlyIssues(),
        uses: counters.uses(),
        usesRefused: counters.usesRefused(),
        credentialsRefused: counters.credentialsRefused(),
        maxInFlight: counters.maxInFlight(),
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
      Object.assign(settings, v.parse(settingsPatchSchema, JSON.parse(body)));
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
