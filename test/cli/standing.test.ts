import { expect, test } from "vitest";
import { standingOf } from "../../cli/standing.ts";
import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import { connectionStates } from "../../functions/model/connection-status.ts";
import { at } from "../support/a-record.ts";

const now = at("10:01:00.000");
const later = "2026-11-20T10:05:00.000Z";
const status: ConnectionAnswer = {
  ...{ connection: "cfis/live/default", state: "usable", version: 13, fingerprint: "9f86d081884c" },
  ...{ issuedAt: later, usableUntil: later, expiresAt: later, renewAt: later },
  ...{ lease: null, lastIssue: null, lastFailure: null },
};
const lastFailure: ConnectionAnswer["lastFailure"] = {
  ...{ at: later, code: "provider-unavailable", detail: "503", count: 1, retryAt: later },
};

test("every state stands somewhere", () => {
  const byState = connectionStates.map((state) => [state, standingOf({ ...status, state }, now)]);
  expect(Object.fromEntries(byState)).toEqual({
    ...{ empty: "due", usable: "ok", renewing: "waiting", expired: "due" },
    ...{ "backing-off": "failing", contested: "failing", "credentials-rejected": "failing" },
    ...{ "consent-required": "failing", frozen: "frozen", damaged: "failing" },
  });
});

test.each([
  [
    "whose person was asked waits",
    { state: "consent-required", asked: { until: later } },
    "waiting",
  ],
  ["that is vended while its renewal fails waits", { lastFailure }, "waiting"],
  [
    "that never had a token, and failed, needs somebody",
    { state: "empty", lastFailure },
    "failing",
  ],
  ["is due from the very instant", { renewAt: now.toISOString() }, "due"],
  ["is not due before", { renewAt: "2026-11-20T10:01:00.001Z" }, "ok"],
  ["without a renewal is not due", { renewAt: null }, "ok"],
] satisfies [string, Partial<ConnectionAnswer>, string][])("one %s", (_, changes, standing) => {
  expect(standingOf({ ...status, ...changes }, now)).toBe(standing);
});
