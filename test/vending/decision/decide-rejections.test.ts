import { describe, expect, test } from "vitest";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import type { TokenRecord } from "../../../functions/model/token-record.ts";
import { aConsent, aFailure, aLease, aRecord, aToken, at } from "../../support/a-record.ts";
import { decisionInWords } from "../../support/format-decision.ts";
import { atExpiry, atHandover, byConsent, early, onRotation } from "../../support/policies.ts";

const rejecting = (rejectedVersion: number) => ({ minValiditySeconds: 0, rejectedVersion });

const conferma = aRecord();
const hourly = aRecord({
  token: aToken({ usableUntil: at("10:59:59.000"), renewAt: at("10:55:30.000") }),
});
const key = aRecord({
  token: aToken({ usableUntil: null, expiresAt: null, renewAt: at("10:00:05.000") }),
});

type Row = [rule: string, TokenRecord, RenewalPolicy, version: number, decision: string];

describe("a rejection", () => {
  const now = at("10:01:00.000");

  test.each<Row>([
    ["of the current version renews a live token", conferma, atExpiry, 3, "renew: rejected"],
    ["… before its handover", conferma, atHandover, 3, "renew: rejected"],
    ["… where old and new coexist", hourly, early, 3, "renew: rejected"],
    ["… and has a key's secret looked at", key, onRotation, 3, "renew: rejected"],
    ["of an old version is answered with the current token", conferma, atExpiry, 2, "vend: usable"],
    ["… however old", conferma, atExpiry, 1, "vend: usable"],
    [
      "while another process renews waits for that",
      aRecord({ lease: aLease({ until: at("10:01:05.000") }) }),
      atExpiry,
      3,
      "await-renewal: lease-held by process-a.1",
    ],
    [
      "… even where the old token would be vended to others",
      { ...hourly, lease: aLease({ until: at("10:01:05.000") }) },
      early,
      3,
      "await-renewal: lease-held by process-a.1",
    ],
    [
      "of a lease's leftover takes it over",
      aRecord({ lease: aLease() }),
      atExpiry,
      3,
      "renew: takeover",
    ],
    [
      "while backing off is refused, with the time to wait",
      aRecord({ failure: aFailure({ retryAt: at("10:01:00.001") }) }),
      atExpiry,
      3,
      "refuse: backing-off, provider-unavailable, retry 10:01:00.001",
    ],
    [
      "… the others still get the token",
      aRecord({ failure: aFailure({ retryAt: at("10:01:00.001") }) }),
      atExpiry,
      2,
      "vend: usable",
    ],
    [
      "after refused credentials waits for another secret",
      aRecord({
        failure: aFailure({ code: "credentials-rejected", refusedSecretVersion: "s1" }),
      }),
      atExpiry,
      3,
      "check-secret: rejected, unless still s1 → refuse: refused, credentials-rejected, retry -",
    ],
    [
      "of nothing, where nothing was ever issued, is a cold start",
      aRecord({ version: 0, token: null }),
      atExpiry,
      0,
      "renew: cold",
    ],
    [
      "of a doubted token counts as a rejection",
      aRecord({ doubtedAt: at("10:00:00.200") }),
      atExpiry,
      3,
      "renew: rejected",
    ],
  ])("%s", (_, record, policy, version, decision) => {
    expect(decisionInWords(record, policy, rejecting(version), now)).toBe(decision);
  });
});

describe("rejections of fresh tokens", () => {
  const rejected = (level: number) =>
    aRecord({
      rejections: { level, at: at("10:00:30.000") },
      token: aToken({ usableUntil: at("10:59:59.000"), renewAt: at("11:00:00.000") }),
    });
  const contested = "refuse: contested, contested, retry 10:05:30.000";

  test.each<[rule: string, TokenRecord, now: string, decision: string]>([
    ["may cause a third issue", rejected(2), "10:00:31.000", "renew: rejected"],
    ["then wait five minutes", rejected(3), "10:05:29.999", contested],
    ["… and may cause one more", rejected(3), "10:05:30.000", "renew: rejected"],
  ])("%s", (_, record, now, decision) => {
    expect(decisionInWords(record, atExpiry, rejecting(3), at(now))).toBe(decision);
  });

  test("do not affect callers that do not reject", () => {
    const decision = decisionInWords(rejected(3), atExpiry, rejecting(2), at("10:00:31.000"));
    expect(decision).toBe("vend: usable");
  });
});

describe("a rejection of a static key", () => {
  const noise = "refuse: key-unchanged, credentials-rejected, retry -";

  test.each<[rule: string, TokenRecord, version: number, now: string, decision: string]>([
    ["is refused while its secret has just been looked at", key, 3, "10:00:04.999", noise],
    ["has it looked at again after five seconds", key, 3, "10:00:05.000", "renew: rejected"],
    ["is nobody else's", key, 2, "10:00:04.999", "vend: usable"],
    [
      "is not stopped by the circuit breaker: no token is issued",
      { ...key, rejections: { level: 3, at: at("10:00:00.000") } },
      3,
      "10:00:05.000",
      "renew: rejected",
    ],
    [
      "waits for another version once the provider has refused this one",
      {
        ...key,
        failure: aFailure({ code: "credentials-rejected", refusedSecretVersion: "s1" }),
      },
      3,
      "10:00:05.000",
      "check-secret: rejected, unless still s1 → refuse: refused, credentials-rejected, retry -",
    ],
  ])("%s", (_, record, version, now, decision) => {
    expect(decisionInWords(record, onRotation, rejecting(version), at(now))).toBe(decision);
  });
});

describe("a rejection of a token without a refresh token", () => {
  const consentIsOver = aFailure({ code: "consent-required" });
  const over = aRecord({
    token: aToken({ usableUntil: at("10:59:59.000") }),
    consent: aConsent({ refresh: null }),
  });
  const now = at("10:01:00.000");

  test.each<[rule: string, TokenRecord, version: number, decision: string]>([
    [
      "ends it where the provider has refused the consent",
      { ...over, failure: consentIsOver },
      3,
      "renew: rejected",
    ],
    [
      "is one caller's word where the provider gave none",
      over,
      3,
      "refuse: no-consent, consent-required, retry -",
    ],
    ["leaves it to others until then", { ...over, failure: consentIsOver }, 2, "vend: usable"],
    [
      "waits for the process that is ending it",
      { ...over, failure: consentIsOver, lease: aLease({ until: at("10:01:05.000") }) },
      3,
      "await-renewal: lease-held by process-a.1",
    ],
  ])("%s", (_, record, version, decision) => {
    expect(decisionInWords(record, byConsent, rejecting(version), now)).toBe(decision);
  });
});
