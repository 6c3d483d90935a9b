import { shownConnection } from "../../cli/console/shown-connection.ts";
import type { Activity, ConsoleSnapshot } from "../../cli/console/snapshot.ts";
import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";

/** The instant of the pictures. */
export const picturedAt = new Date("2026-11-20T10:00:00.000Z");

/** An instant this many seconds from then. */
function inSeconds(seconds: number): string {
  return new Date(Number(picturedAt) + 1000 * seconds).toISOString();
}

const nothing = {
  ...{ state: "empty", version: 0, fingerprint: null, issuedAt: null, usableUntil: null },
  ...{ expiresAt: null, renewAt: null, lease: null, lastIssue: null, lastFailure: null },
} as const;

/** A token that was issued so many seconds ago and lives so long, with what is usual of it. */
function token(version: number, fingerprint: string, ageSeconds: number, lifeSeconds: number) {
  const end = lifeSeconds - ageSeconds;
  return {
    ...nothing,
    ...{ state: "usable", version, fingerprint, issuedAt: inSeconds(-ageSeconds) },
    ...{ usableUntil: inSeconds(end - 1), expiresAt: inSeconds(end), renewAt: inSeconds(end) },
    lastIssue: { at: inSeconds(-ageSeconds), reason: "scheduled", latencyMs: 151 },
  } as const;
}

const connections: readonly ConnectionAnswer[] = [
  { ...token(412, "9f86d081884c", 118, 300), connection: "conferma/production/default" },
  {
    ...token(97, "6e328cbe7a47", 240, 900),
    connection: "send-payments/production/default",
    ...{ usableUntil: inSeconds(640), renewAt: inSeconds(640) },
  },
  {
    ...token(31, "1c1b0dc0ffee", 2900, 3600),
    connection: "connectpay/live/rowan",
    renewAt: inSeconds(400),
    consent: {
      ...{ consentedAt: inSeconds(-12 * 86_400), endsAt: inSeconds(18 * 86_400) },
      ...{ isRenewable: true, identity: "r…n@example.com", customer: "Rowan's Bakery Ltd" },
    },
  },
  {
    ...nothing,
    connection: "client-credentials/acme/default",
    ...{ state: "backing-off", version: 8 },
    lastFailure: {
      ...{ at: inSeconds(-21), code: "provider-unavailable", count: 3, retryAt: inSeconds(11) },
      detail: "The provider answered 503.",
    },
  },
];

function happened(ago: number, kind: Activity["kind"], connection: string, text: string): Activity {
  const realm = connection.slice(0, connection.lastIndexOf("/"));
  return { id: `${kind} ${ago}`, at: inSeconds(-ago), kind, realm, connection, text };
}

const activity: readonly Activity[] = [
  happened(
    21,
    "failure",
    "client-credentials/acme/default",
    "Renewal failed: provider-unavailable",
  ),
  happened(118, "issue", "conferma/production/default", "Version 412 issued (scheduled) in 151 ms"),
  happened(118, "wait", "conferma/production/default", "A caller waited 140 ms for the renewal"),
  happened(
    240,
    "issue",
    "send-payments/production/default",
    "Version 97 issued (rejected) in 95 ms",
  ),
  happened(241, "rejection", "send-payments/production/default", "Version 96 rejected by orders"),
  happened(2900, "issue", "connectpay/live/rowan", "Version 31 issued (scheduled) in 310 ms"),
];

export const picturedSnapshot: ConsoleSnapshot = {
  ...{ at: picturedAt.toISOString(), readAt: picturedAt.toISOString() },
  place: "AWS, ap-southeast-2",
  connections: connections.map((each) => shownConnection(each, picturedAt)),
  activity,
  counts: [
    {
      ...{ realm: "conferma/production", vends: 5204, fromMemory: 4911, storeHits: 5189 },
      ...{ providerCalls: 18, callsSaved: 5186, refusals: 3 },
    },
  ],
  logged: { from: inSeconds(-3600), to: picturedAt.toISOString() },
  ...{ gaps: [], breaking: null },
};
