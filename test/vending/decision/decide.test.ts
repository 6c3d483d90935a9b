import { describe, expect, test } from "vitest";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import type { StoredToken, TokenRecord } from "../../../functions/model/token-record.ts";
import { decide } from "../../../functions/vending/decision/decide.ts";
import { noFindings } from "../../../functions/vending/decision/decision.ts";
import { aFailure, aRecord, aToken, at } from "../../support/a-record.ts";
import { decisionInWords, formatDecision } from "../../support/format-decision.ts";
import { atExpiry, atHandover, early, onRotation } from "../../support/policies.ts";

const noWish = { minValiditySeconds: 0, rejectedVersion: null };

const conferma = aRecord();
const send = aRecord({
  token: aToken({
    issuedUnder: "at-handover",
    usableUntil: at("10:04:39.000"),
    renewAt: at("10:04:40.000"),
  }),
});
const hourly = aRecord({
  token: aToken({
    usableUntil: at("10:59:59.000"),
    expiresAt: at("11:00:00.000"),
    renewAt: at("10:55:30.000"),
  }),
});
const key = aRecord({
  token: aToken({ usableUntil: null, expiresAt: null, renewAt: at("10:00:05.000") }),
});
const endingKey = aRecord({
  token: aToken({ usableUntil: at("23:59:59.000"), renewAt: at("10:00:05.000") }),
});

const empty = aRecord({ version: 0, fence: 1, token: null });

type Row = [rule: string, TokenRecord | null, RenewalPolicy, now: string, decision: string];

describe("the decision for a request without constraints", () => {
  test.each<Row>([
    // Nothing stored
    ["a connection never asked for is renewed", null, atExpiry, "10:00:00.000", "renew: cold"],
    ["… whatever its policy", null, onRotation, "10:00:00.000", "renew: cold"],
    ["a record without a token is renewed", empty, atExpiry, "10:00:00.000", "renew: cold"],
    // at-expiry
    ["a new token is vended", conferma, atExpiry, "10:00:00.200", "vend: usable"],
    [
      "a live Conferma token is left alone to its last millisecond",
      conferma,
      atExpiry,
      "10:04:58.999",
      "vend: usable",
    ],
    [
      "between its last use and its expiry, nothing is vended and nothing asked for",
      conferma,
      atExpiry,
      "10:04:59.000",
      "await-handover: too-early, until 10:05:00.450",
    ],
    [
      "… to the last millisecond",
      conferma,
      atExpiry,
      "10:05:00.449",
      "await-handover: too-early, until 10:05:00.450",
    ],
    ["at its expiry it is renewed", conferma, atExpiry, "10:05:00.450", "renew: expired"],
    ["long after, too", conferma, atExpiry, "18:00:00.000", "renew: expired"],
    // at-handover
    ["a Send token is vended up to its handover", send, atHandover, "10:04:38.999", "vend: usable"],
    [
      "between last use and handover, callers wait",
      send,
      atHandover,
      "10:04:39.000",
      "await-handover: too-early, until 10:04:40.000",
    ],
    ["at the handover it is renewed", send, atHandover, "10:04:40.000", "renew: expired"],
    // early
    ["an hourly token is vended while new", hourly, early, "10:55:29.999", "vend: usable"],
    ["… renewed ahead of its end", hourly, early, "10:55:30.000", "renew: scheduled"],
    ["… renewed after its end", hourly, early, "10:59:59.000", "renew: expired"],
    // on-rotation
    ["a key is vended between two looks", key, onRotation, "10:00:04.999", "vend: usable"],
    ["a key's secret is looked at again", key, onRotation, "10:00:05.000", "renew: scheduled"],
    ["a key that ends is vended until then", endingKey, onRotation, "10:00:04.999", "vend: usable"],
    ["a key that has ended is not vended", endingKey, onRotation, "23:59:59.000", "renew: expired"],
  ])("%s", (_, record, policy, now, decision) => {
    expect(decisionInWords(record, policy, noWish, at(now))).toBe(decision);
  });

  test("what is vended is the stored token itself", () => {
    const decision = decide(conferma, atExpiry, noWish, at("10:01:00.000"));
    expect(decision).toEqual({ action: "vend", reason: "usable", token: conferma.token });
  });
});

describe("a token in doubt", () => {
  const doubted = (record: TokenRecord) => ({ ...record, doubtedAt: at("10:00:00.200") });

  test.each<Row>([
    ["is replaced at once", doubted(conferma), atExpiry, "10:01:00.000", "renew: takeover"],
    ["… before any handover", doubted(send), atHandover, "10:01:00.000", "renew: takeover"],
    ["… after its expiry", doubted(conferma), atExpiry, "10:06:00.000", "renew: takeover"],
    [
      "… once a late issue cannot take effect any more",
      { ...conferma, doubtedAt: at("10:01:00.250") },
      atExpiry,
      "10:01:00.250",
      "await-handover: too-early, until 10:01:00.251",
    ],
    [
      "… and so is the first one",
      { ...empty, doubtedAt: at("10:01:00.250") },
      atExpiry,
      "10:01:00.000",
      "await-handover: too-early, until 10:01:00.251",
    ],
    [
      "… where one token may revoke another",
      { ...empty, doubtedAt: at("10:01:00.250") },
      early,
      "10:01:00.000",
      "renew: cold",
    ],
    [
      "… but not while backing off",
      doubted(aRecord({ failure: aFailure() })),
      atExpiry,
      "10:00:06.999",
      "refuse: backing-off, provider-unavailable, retry 10:00:07.000",
    ],
  ])("%s", (_, record, policy, now, decision) => {
    expect(decisionInWords(record, policy, noWish, at(now))).toBe(decision);
  });
});

describe("after a failure", () => {
  const failed = (record: TokenRecord, failure = aFailure()) => ({ ...record, failure });
  const at1030 = aFailure({ at: at("10:30:00.000"), retryAt: at("10:30:08.000") });
  const at1056 = aFailure({ at: at("10:56:00.000"), retryAt: at("10:56:08.000") });
  const throttled = aFailure({ code: "provider-throttled", retryAt: at("10:15:00.000") });

  test.each<Row>([
    [
      "an empty connection is refused until the back-off ends",
      failed(empty),
      atExpiry,
      "10:00:06.999",
      "refuse: backing-off, provider-unavailable, retry 10:00:07.000",
    ],
    ["… then asks again", failed(empty), atExpiry, "10:00:07.000", "renew: cold"],
    [
      "the provider's own wish to be left alone is passed on",
      failed(empty, throttled),
      atExpiry,
      "10:14:59.999",
      "refuse: backing-off, provider-throttled, retry 10:15:00.000",
    ],
    [
      "an expired token is not renewed while backing off",
      failed(conferma, at1030),
      atExpiry,
      "10:30:07.999",
      "refuse: backing-off, provider-unavailable, retry 10:30:08.000",
    ],
    [
      "… and is when that ends",
      failed(conferma, at1030),
      atExpiry,
      "10:30:08.000",
      "renew: expired",
    ],
    [
      "a usable token due for renewal is vended through an outage",
      failed(hourly, at1056),
      early,
      "10:56:07.999",
      "vend: backing-off",
    ],
    [
      "… renewed when it is over",
      failed(hourly, at1056),
      early,
      "10:56:08.000",
      "renew: scheduled",
    ],
    [
      "a failure long past changes nothing",
      failed(conferma),
      atExpiry,
      "10:01:00.000",
      "vend: usable",
    ],
    [
      "a key whose check failed stays in use",
      failed(key, aFailure({ retryAt: at("10:00:09.000") })),
      onRotation,
      "10:00:08.999",
      "vend: backing-off",
    ],
  ])("%s", (_, record, policy, now, decision) => {
    expect(decisionInWords(record, policy, noWish, at(now))).toBe(decision);
  });
});

describe("after the credentials were refused", () => {
  const refusal = aFailure({ code: "credentials-rejected", refusedSecretVersion: "s1" });
  const refused = (record: TokenRecord, failure = refusal) => ({ ...record, failure });
  const successor = aFailure({ code: "credentials-rejected", refusedSecretVersion: "s2" });
  const malformed = aFailure({ code: "secret-malformed", refusedSecretVersion: "s1" });
  const stillRefused = "unless still s1 → refuse: refused, credentials-rejected, retry -";

  test.each<Row>([
    [
      "only another secret helps an empty connection, however long it waits",
      refused(empty),
      atExpiry,
      "18:00:00.000",
      `check-secret: cold, ${stillRefused}`,
    ],
    [
      "only another secret helps an expired token",
      refused(conferma),
      atExpiry,
      "10:30:00.000",
      `check-secret: expired, ${stillRefused}`,
    ],
    [
      "a token that lives on is vended",
      refused(conferma),
      atExpiry,
      "10:01:00.000",
      "vend: usable",
    ],
    [
      "a malformed secret is told from a refused one",
      refused(empty, malformed),
      atExpiry,
      "10:00:00.000",
      "check-secret: cold, unless still s1 → refuse: refused, secret-malformed, retry -",
    ],
    [
      "a token due for renewal is vended while the secret is the same",
      refused(hourly),
      early,
      "10:56:00.000",
      "check-secret: scheduled, unless still s1 → vend: backing-off",
    ],
    [
      "a refused static key stays refused, new as it may be",
      refused(key),
      onRotation,
      "10:00:01.000",
      `check-secret: expired, ${stillRefused}`,
    ],
    [
      "a refused successor leaves the held key in use",
      refused(key, successor),
      onRotation,
      "10:00:04.000",
      "vend: usable",
    ],
    [
      "… and is looked past when the next look is due",
      refused(key, successor),
      onRotation,
      "10:00:05.000",
      "check-secret: scheduled, unless still s2 → vend: backing-off",
    ],
  ])("%s", (_, record, policy, now, decision) => {
    expect(decisionInWords(record, policy, noWish, at(now))).toBe(decision);
  });
});

describe("after another version of the secret has been tried, that attempt's failure counts", () => {
  const tried = aFailure({
    secretVersion: "s2",
    refusedSecretVersion: "s1",
    retryAt: at("10:00:09.000"),
  });

  test.each<Row>([
    [
      "and it backs off",
      { ...empty, failure: tried },
      atExpiry,
      "10:00:08.999",
      "refuse: backing-off, provider-unavailable, retry 10:00:09.000",
    ],
    ["and tries again", { ...empty, failure: tried }, atExpiry, "10:00:09.000", "renew: cold"],
  ])("%s", (_, record, policy, now, decision) => {
    expect(decisionInWords(record, policy, noWish, at(now))).toBe(decision);
  });
});

describe("a token that does not open", () => {
  const deciding = (record: TokenRecord, policy: RenewalPolicy, unreadableVersion: number) =>
    formatDecision(
      decide(record, policy, noWish, at("10:01:00.000"), { ...noFindings, unreadableVersion }),
    );

  test.each<[rule: string, TokenRecord, RenewalPolicy, version: number, decision: string]>([
    ["counts as rejected", conferma, atExpiry, 3, "renew: rejected"],
    ["… where old and new coexist", hourly, early, 3, "renew: rejected"],
    [
      "… by the circuit breaker too, so that two sealing keys at once do no harm",
      { ...conferma, rejections: { level: 3, at: at("10:00:00.000") } },
      atExpiry,
      3,
      "refuse: contested, contested, retry 10:05:00.000",
    ],
    ["is sealed again where it is a static key", key, onRotation, 3, "renew: takeover"],
    ["is not another version's", conferma, atExpiry, 2, "vend: usable"],
  ])("%s", (_, record, policy, version, decision) => {
    expect(deciding(record, policy, version)).toBe(decision);
  });
});

describe("a token that was issued while old and new coexisted", () => {
  const row = (token: Partial<StoredToken>) => aRecord({ token: aToken(token) });
  const coexisting = row({ issuedUnder: "early", renewAt: at("10:04:00.000") });
  const unstated = row({
    issuedUnder: "early",
    renewAt: at("10:04:00.000"),
    usableUntil: at("10:04:30.000"),
    expiresAt: null,
  });

  test.each<Row>([
    ["is renewed early as before", coexisting, early, "10:04:00.000", "renew: scheduled"],
    [
      "is used up once a new token revokes the old",
      coexisting,
      atExpiry,
      "10:04:58.999",
      "vend: usable",
    ],
    [
      "… and renewed after its end",
      coexisting,
      atExpiry,
      "10:04:59.000",
      "await-handover: too-early, until 10:05:00.250",
    ],
    ["… on every clock", coexisting, atExpiry, "10:05:00.250", "renew: expired"],
    ["… where its end is not stated, too", unstated, atExpiry, "10:04:30.250", "renew: expired"],
    [
      "… or by an earlier release, when that one said",
      row({ issuedUnder: null, renewAt: at("10:04:59.500") }),
      atExpiry,
      "10:04:59.500",
      "renew: expired",
    ],
  ])("%s", (_, record, policy, now, decision) => {
    expect(decisionInWords(record, policy, noWish, at(now))).toBe(decision);
  });
});
