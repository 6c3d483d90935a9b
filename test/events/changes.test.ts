import { describe, expect, test } from "vitest";
import type { WatchedRealm } from "../../functions/events/changes.ts";
import { eventsOf } from "../../functions/events/changes.ts";
import type { ConnectionEvent } from "../../functions/model/connection-events.ts";
import type { ObservedRecord } from "../../functions/model/told.ts";
import { aChange, anObserved, aWholeConsent, kindsOf } from "../support/a-change.ts";
import { aFailure, aLease, aRecord, aToken, at } from "../support/a-record.ts";
import { atExpiry, byConsent, onRotation } from "../support/policies.ts";

const realm: WatchedRealm = { policy: byConsent };
const given = anObserved();
const { refresh } = aWholeConsent();
if (!refresh) throw new Error("The sample consent has no refresh token.");
const endsAt = refresh.endsAt ?? at("00:00:00.000");

function events(
  before: ObservedRecord | null,
  after: ObservedRecord | null,
  of: WatchedRealm = realm,
): ConnectionEvent[] {
  return eventsOf(aChange(before, after), of);
}

const refused = anObserved({
  fence: 4,
  consent: aWholeConsent({ refresh: null }),
  failure: aFailure({ code: "consent-required" }),
});
const disconnected = anObserved({ fence: 4, consent: null, token: null });
const ended = { endsAt, since: aWholeConsent().consentedAt, days: 0 };

describe("a consent", () => {
  test("that a person gives is told with its scope, and neither subject, customer nor token", () => {
    const [event, ...more] = events(anObserved({ consent: null, token: null }), given);
    expect(more).toEqual([]);
    expect(event).toEqual({
      key: `conferma/production/default#3#consent-granted#${Number(aWholeConsent().consentedAt)}`,
      kind: "consent-granted",
      connection: "conferma/production/default",
      realm: "conferma/production",
      ...{ fence: 3, version: 3, at: at("10:00:01.000") },
      ...{ consentedAt: at("09:00:00.000"), endsAt, grantedScope: "psd2-ais" },
    });
  });

  test("of which something was withheld is partial", () => {
    const consent = aWholeConsent({ details: { withheldScope: "psd2-pis openid" } });
    expect(events(null, anObserved({ consent }))).toMatchObject([
      { kind: "consent-partial", withheld: ["psd2-pis", "openid"], grantedScope: "psd2-ais" },
    ]);
  });

  test.each([
    ["subject", { subject: "0123456789ab" }],
    ["customer", { customer: "Ja**et" }],
    ["scope", { grantedScope: "psd2-ais psd2-pis" }],
  ] as const)("with another %s than before is changed", (what, difference) => {
    const consent = aWholeConsent({ consentedAt: at("09:59:00.000"), ...difference });
    const [granted, changed] = events(given, anObserved({ fence: 4, consent }));
    expect(granted?.kind).toBe("consent-granted");
    expect(changed).toMatchObject({ kind: "consent-changed", changed: [what] });
  });

  test("that a refresh finds with another scope is changed, and not given anew", () => {
    const consent = aWholeConsent({ grantedScope: "psd2-pis" });
    expect(events(given, anObserved({ fence: 4, consent }))).toMatchObject([
      { kind: "consent-changed", changed: ["scope"], grantedScope: "psd2-pis" },
    ]);
  });

  test("that is given again by the same person for the same is granted once more", () => {
    const consent = aWholeConsent({ consentedAt: at("09:59:00.000") });
    expect(kindsOf(events(given, anObserved({ fence: 4, consent })))).toEqual(["consent-granted"]);
  });

  test.each([
    ["refused", refused],
    ["disconnected", disconnected],
    ["expired", anObserved({}, { end: ended })],
    ["deleted", null],
  ] as const)("ends: %s", (reason, after) => {
    expect(events(given, after)).toMatchObject([{ kind: "consent-ended", reason }]);
  });

  test("ends once: what follows an end is no other", () => {
    const rejected = anObserved({ ...refused.record, fence: 5, token: null });
    expect(events(refused, rejected)).toEqual([]);
    expect(events(refused, { ...disconnected })).toEqual([]);
    expect(events(anObserved({}, { end: ended }), refused)).toEqual([]);
    expect(events(refused, null)).toEqual([]);
  });

  test("without a refresh token is in force while there is a token", () => {
    const consent = aWholeConsent({ refresh: null });
    const unrenewable = anObserved({ consent });
    expect(kindsOf(events(null, unrenewable))).toEqual(["consent-granted"]);
    expect(events(unrenewable, anObserved({ consent, fence: 4 }))).toEqual([]);
    const gone = anObserved({ consent, fence: 4, token: null });
    expect(events(unrenewable, gone)).toMatchObject([{ kind: "consent-ended", reason: "refused" }]);
  });

  test("that is extended after its end was told has recovered", () => {
    const later = new Date(Number(endsAt) + 1000);
    const consent = aWholeConsent({ refresh: { ...refresh, endsAt: later } });
    expect(
      events(anObserved({}, { end: ended }), anObserved({ consent }, { end: ended })),
    ).toMatchObject([{ kind: "recovered", from: "consent-ended" }]);
  });

  test("that is given after another has ended is granted, not recovered", () => {
    const consent = aWholeConsent({ consentedAt: at("09:59:00.000") });
    expect(kindsOf(events(refused, anObserved({ fence: 5, consent })))).toEqual([
      "consent-granted",
    ]);
  });

  test("of a damaged record neither begins nor ends", () => {
    const damaged = anObserved({
      consent: aWholeConsent({ consentedAt: new Date(0), refresh: null }),
      damage: ["consentedAt", "refreshVersion"],
    });
    expect(events(given, damaged)).toEqual([]);
    expect(events(damaged, anObserved({ fence: 4 }))).toMatchObject([{ kind: "consent-granted" }]);
    expect(events(damaged, disconnected)).toMatchObject([{ kind: "consent-ended" }]);
  });
});

test("a lease, a renewal, a late issue, a freeze and a sealing anew tell nothing", () => {
  const leased = anObserved({ fence: 4, lease: aLease() });
  const renewed = anObserved({
    fence: 4,
    version: 4,
    token: aToken({ committedBy: "process-a.1" }),
  });
  expect(events(given, leased)).toEqual([]);
  expect(events(leased, renewed)).toEqual([]);
  expect(events(leased, anObserved({ fence: 4, doubtedAt: at("10:00:00.000") }))).toEqual([]);
  expect(events(leased, anObserved({ fence: 4, failure: aFailure() }))).toEqual([]);
});

describe("a notice", () => {
  const notice = (days: number) => ({ end: { ...ended, days } });

  test("is told of a consent, with its days in the key", () => {
    expect(events(given, anObserved({}, notice(7)))).toEqual([
      expect.objectContaining({
        key: `conferma/production/default#3#consent-ending#${Number(endsAt)}#7`,
        ...{ kind: "consent-ending", days: 7, endsAt },
      }),
    ]);
  });

  test("is told once: what the record keeps of it is none", () => {
    const told = anObserved({}, notice(7));
    expect(events(told, anObserved({ fence: 4, lease: aLease() }, notice(7)))).toEqual([]);
    expect(kindsOf(events(told, anObserved({}, notice(3))))).toEqual(["consent-ending"]);
  });

  test("that was overtaken by an extension, or by the end, is not told", () => {
    const consent = aWholeConsent({ refresh: { ...refresh, endsAt: at("23:00:00.000") } });
    expect(events(anObserved({ consent }), anObserved({ consent }, notice(7)))).toEqual([]);
    expect(events(refused, { ...refused, told: anObserved({}, notice(7)).told })).toEqual([]);
  });

  test("is told of a static key", () => {
    const key = (told = {}) =>
      ({ ...anObserved({ consent: null, token: aToken({ expiresAt: endsAt }) }, told) }) as const;
    const told = events(key(), key(notice(3)), { policy: onRotation });
    expect(told).toMatchObject([{ kind: "key-expiring", days: 3, endsAt }]);
  });
});

describe("a trouble", () => {
  const client: WatchedRealm = { policy: atExpiry };
  const plain = { record: aRecord(), told: given.told };
  const rejected = {
    ...plain,
    record: aRecord({
      fence: 4,
      failure: aFailure({ code: "credentials-rejected", refusedSecretVersion: "s1" }),
    }),
  };

  test("of credentials is told when it begins and when it is over, however often an attempt fails between", () => {
    expect(events(plain, rejected, client)).toMatchObject([
      { kind: "credentials-rejected", code: "credentials-rejected" },
    ]);
    const outage = aFailure({ refusedSecretVersion: "s1" });
    const still = { ...plain, record: aRecord({ fence: 5, failure: outage }) };
    expect(events(rejected, still, client)).toEqual([]);
    const renewed = { ...plain, record: aRecord({ fence: 6 }) };
    expect(events(still, renewed, client)).toMatchObject([
      { kind: "recovered", from: "credentials-rejected" },
    ]);
  });

  test("of a malformed secret is one of credentials", () => {
    const failure = aFailure({ code: "secret-malformed" });
    const malformed = { ...plain, record: aRecord({ failure }) };
    expect(events(plain, malformed, client)).toMatchObject([
      { kind: "credentials-rejected", code: "secret-malformed" },
    ]);
  });

  const contested = {
    ...plain,
    record: aRecord({ fence: 6, rejections: { level: 3, at: at("10:00:01.000") } }),
  };

  test("of rejections is told with its end, and ends with a token of a time when it is over", () => {
    const [event] = events(plain, contested, client);
    expect(event).toMatchObject({ kind: "contested", until: at("10:05:01.000") });
    const token = aToken({ issuedAt: at("10:05:02.000") });
    const renewed = { ...plain, record: { ...contested.record, fence: 7, token } };
    expect(events(contested, renewed, client)).toMatchObject([
      { kind: "recovered", from: "contested" },
    ]);
    expect(events(renewed, { ...renewed }, client)).toEqual([]);
  });

  test("of rejections that time alone has ended is over when that is marked", () => {
    const calm = { ...contested, told: { ...given.told, contestOverOf: at("10:00:01.000") } };
    expect(events(contested, calm, client)).toMatchObject([
      { kind: "recovered", from: "contested" },
    ]);
  });

  test("of rejections is none where a static key is vended", () => {
    expect(events(plain, contested, { policy: onRotation })).toEqual([]);
  });
});

test("the same write gives the same keys, and each event of it another", () => {
  const consent = aWholeConsent({ consentedAt: at("09:59:00.000"), subject: "0123456789ab" });
  const after = anObserved({ fence: 4, consent });
  const before = anObserved({ failure: aFailure({ refusedSecretVersion: "s1" }) });
  const keys = events(before, after).map(({ key }) => key);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(3);
  expect(events(before, after).map(({ key }) => key)).toEqual(keys);
});
