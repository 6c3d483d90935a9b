import type { EventContent, EventKind } from "../../functions/model/connection-events.ts";
import { eventKinds } from "../../functions/model/connection-events.ts";
import { tableText } from "./table-text.ts";

/** The members that an event of a kind has beyond those that all have. */
type MembersOf<Kind extends EventKind> = Exclude<
  keyof Extract<EventContent, { kind: Kind }>,
  "kind"
>;

type EventRows = {
  readonly [Kind in EventKind]: {
    readonly when: string;
    /** Its own members; a new one has to be added. */
    readonly members: Readonly<Record<MembersOf<Kind>, string>>;
  };
};

const given = {
  consentedAt: "when it was given",
  endsAt: "when it ends unless it is extended, or null",
  grantedScope: "what the provider says it granted, or null",
};
const ending = { endsAt: "the end", days: "14, 7, 3 or 1" };

const rows: EventRows = {
  "consent-granted": {
    when: "a person has consented, for the first time or again",
    members: given,
  },
  "consent-partial": {
    when: "instead: the provider granted less than was asked for",
    members: { ...given, withheld: "the scopes that are missing" },
  },
  "consent-changed": {
    when: "besides, or found by a refresh: person, customer or scope differ from the consent before",
    members: { ...given, changed: "which: `subject`, `customer`, `scope`" },
  },
  "consent-ending": {
    when: "14, 7, 3 and 1 days ahead, used or not, where the provider states an end",
    members: ending,
  },
  "consent-ended": {
    when: "a consent is over: callers are refused, or will be when the token has expired",
    members: {
      reason: "`refused` by the provider, `expired`, `disconnected`, or `deleted` with its record",
    },
  },
  "credentials-rejected": {
    when: "the provider refuses the client's credentials or the key, or the secret is malformed",
    members: { code: "the [problem](operations.md#credentials-rejected)" },
  },
  contested: {
    when: "somebody else keeps revoking the tokens, so renewals after rejections pause",
    members: { until: "until when" },
  },
  recovered: {
    when: "a trouble is over, also because its connection was disconnected",
    members: { from: "`consent-ended`, `credentials-rejected` or `contested`" },
  },
  "key-expiring": {
    when: "14, 7, 3 and 1 days before a static key expires, where its secret states that",
    members: ending,
  },
};

/** When each kind of event is published, and what it says beyond the members that all have. */
export function eventTable(): string {
  return tableText(
    ["event", "when", "`detail` has besides"],
    eventKinds.map((kind) => [`\`${kind}\``, rows[kind].when, membersOf(rows[kind].members)]),
  );
}

function membersOf(members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .map(([name, says]) => `\`${name}\`: ${says}`)
    .join("; ");
}
