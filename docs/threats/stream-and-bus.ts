import type { Threat } from "./threat.ts";

const deniedElse = [
  "test/infra/outsider-walls.test.ts",
  "%s",
  "may do what is granted, and is denied everything else",
] as const;

/** Code in the same account that reads the bus, or may put events on it. */
export const threatsOnTheBus: readonly Threat[] = [
  {
    name: "rule-on-the-bus",
    arrow: "events",
    asset: "personal data",
    kind: "I",
    threat: "has a rule deliver all events, to learn tokens and who has consented",
    mitigation:
      "an event is made of named members: no token, sealed or not, no customer, and no subject",
    test: [
      "test/events/changes.test.ts",
      "a consent",
      "that a person gives is told with its scope, and neither subject, customer nor token",
    ],
    removal: {
      file: "functions/events/changes.ts",
      from: "return { consentedAt, endsAt: consentEndsAt(record), grantedScope };",
      to: "return { consentedAt, endsAt: consentEndsAt(record), grantedScope, customer: record.consent?.customer };",
    },
  },
  {
    name: "accounts-in-events",
    arrow: "events",
    asset: "personal data",
    kind: "I",
    threat: "learns from events which accounts there are, which may be people's names",
    accepted:
      "an event without its connection helps nobody. Whoever may make rules on the bus is IAM's matter; accounts can have names that say nothing",
  },
  {
    name: "forged-event",
    arrow: "events",
    asset: "consents",
    kind: "S",
    threat:
      "puts an event of its own on the bus, such as `consent-granted`, and whoever gets it takes it for a command",
    accepted:
      "the bus has no policy that lets other accounts in, and of the deployment's roles only that of `publish-events` may publish; but EventBridge lets whoever in the account has `events:PutEvents` on it choose the `source`. So an event is news, and no proof: docs/consents.md says to ask the status before acting on one",
  },
];

/** Whoever writes items, and so records of the stream. */
export const threatsOnTheStream: readonly Threat[] = [
  {
    name: "row-that-stops-the-stream",
    arrow: "stream",
    asset: "availability",
    kind: "D",
    threat:
      "writes a row that cannot be read, so that it is delivered again for a day, and no event behind it comes out",
    mitigation: "what cannot be read of a row is logged, and in nobody's way",
    test: [
      "test/store/stream-records.test.ts",
      "a record of the stream",
      "of a newer release says nothing, and is logged",
    ],
    removal: {
      file: "functions/store/stream-records.ts",
      from: '    log.error("record-unreadable", { connection, ...describeError(error) });\n    return null;',
      to: "    throw error;",
    },
  },
  {
    name: "event-that-is-too-large",
    arrow: "events",
    asset: "availability",
    kind: "D",
    threat: "writes a scope of hundreds of kilobytes, which no event can have",
    accepted:
      "it holds up the events behind it, until the alarm `delayed` has somebody look or a day is over. No provider can cause it: a scope has 1000 characters at most",
  },
  {
    name: "forged-notice",
    arrow: "table",
    asset: "consents",
    kind: "T",
    threat:
      "changes what people have been told, so that an end is announced twice or not at all, or a consent looks ended",
    accepted:
      "such a mark changes what is told and nothing that is vended; the status shows the end itself (decision 0047)",
  },
];

/** Foreign code in the function that publishes. */
export const threatsOfAPublisher: readonly Threat[] = [
  {
    name: "publisher-that-opens-tokens",
    arrow: "KMS",
    asset: "tokens",
    kind: "E",
    threat: "is in `publish-events`, and opens the sealed tokens that the stream shows it",
    mitigation: "the function's role may use no key, and no secret",
    test: deniedElse,
    removal: {
      file: "infra/constructs/event-permissions.ts",
      from: 'actions: ["events:PutEvents"], resources: [eventBusArn]',
      to: 'actions: ["events:PutEvents", "kms:Decrypt"], resources: [eventBusArn, "arn:aws:kms:*:*:key/*"]',
    },
  },
  {
    name: "publisher-that-changes-records",
    arrow: "table",
    asset: "records",
    kind: "T",
    threat: "is in `publish-events`, and changes tokens, versions or leases of any realm",
    mitigation: "the function's role may write the attribute `told`, and no other",
    test: deniedElse,
    removal: {
      file: "infra/constructs/event-permissions.ts",
      from: '"ForAllValues:StringEquals": { "dynamodb:Attributes": [...toldAttributes] },',
      to: "",
    },
  },
  {
    name: "write-that-names-no-attribute",
    arrow: "table",
    asset: "records",
    kind: "T",
    threat: "is in `publish-events`, and sends a write that no condition on attributes refuses",
    mitigation: "the condition also requires that there are attributes",
    test: deniedElse,
    removal: {
      file: "infra/constructs/event-permissions.ts",
      from: 'Null: { "dynamodb:Attributes": "false" },',
      to: "",
    },
  },
  {
    name: "stream-of-another-table",
    arrow: "stream",
    asset: "records",
    kind: "E",
    threat: "is in `publish-events`, and reads the streams of the account's other tables",
    mitigation: "the function's role may read one stream",
    test: deniedElse,
    removal: {
      file: "infra/constructs/event-permissions.ts",
      from: "resources: [stream],",
      to: 'resources: ["*"],',
    },
  },
  {
    name: "events-on-another-bus",
    arrow: "events",
    asset: "consents",
    kind: "S",
    threat: "is in `publish-events`, and puts events on a bus that others believe",
    mitigation: "the function's role may put events on the deployment's bus, and no other",
    test: deniedElse,
    removal: {
      file: "infra/constructs/event-permissions.ts",
      from: "resources: [eventBusArn]",
      to: 'resources: ["*"]',
    },
  },
];

/** Somebody who may change the bus, the function's role or the stream's mapping; or who does so by mistake. */
export const threatsToEvents: readonly Threat[] = [
  {
    name: "bus-that-takes-nothing",
    arrow: "events",
    asset: "evidence",
    kind: "D",
    threat:
      "takes the bus away, or the right to publish on it, and nobody hears what happens meanwhile",
    mitigation:
      "changes are delivered again until their events are out, for 23 hours, and an alarm tells",
    test: [
      "test/events/publish-changes.test.ts",
      "has all delivered again when the bus gives no answer, and counts nothing",
    ],
    removal: {
      file: "functions/events/publish-changes.ts",
      from: "return new Set(events.map(({ key }) => key));",
      to: "return new Set();",
    },
  },
  {
    name: "changes-delivered-again",
    arrow: "stream",
    asset: "evidence",
    kind: "R",
    threat: "has changes delivered again that were published long ago, which look like new ones",
    mitigation: "an event's key is made of what it is about, so that it is the same each time",
    test: [
      "test/events/changes.test.ts",
      "the same write gives the same keys, and each event of it another",
    ],
    removal: {
      file: "functions/events/changes.ts",
      from: "key: [connection, fence, content.kind, ...about.map(keyPart)]",
      to: "key: [connection, fence, content.kind, ...about.map(keyPart), performance.now()]",
    },
  },
];
