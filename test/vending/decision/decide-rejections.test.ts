import { describe, expect, test } from "vitest";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import type { TokenRecord } from "../../../functions/model/token-record.ts";
import { decide } from "../../../functions/vending/decision/decide.ts";
import { aFailure, aLease, aRecord, aToken, at } from "../../support/a-record.ts";
import { formatDecision } from "../../support/format-decision.ts";
import { atExpiry, atHandover, early, onRotation } from "../../support/policies.ts";

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
      "await-renewal: lease-held by process-a",
    ],
    [
      "… even where the old token would be vended to others",
      { ...hourly, lease: aLease({ until: at("10:01:05.000") }) },
      early,
      3,
      "await-renewal: lease-held by process-a",
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
      "of a suspect token counts as a rejection",
      aRecord({ suspect: true }),
      atExpiry,
      3,
      "renew: rejected",
    ],
  ])("%s", (_, record, policy, version, decision) => {
    expect(formatDecision(decide(record, policy, rejecting(version), now))).toBe(decision);
  });
});

describe("rejections of fresh tokens", () => {
  const rejectedAt = (...times: string[]) => aRecord({ rejectionsAt: times.map(at) });
  const two = rejectedAt("10:00:10.000", "10:00:20.000");
  const three = rejectedAt("10:00:10.000", "10:00:20.000", "10:00:30.000");
  const four = rejectedAt("10:00:10.000", "10:00:20.000", "10:00:30.000", "10:01:00.000");
  const contested = (until: string) => `refuse: contested, contested, retry ${until}`;

  test.each<[rule: string, TokenRecord, now: string, decision: string]>([
    ["may cause a third issue", two, "10:00:21.000", "renew: rejected"],
    ["then wait half a minute", three, "10:00:59.999", contested("10:01:00.000")],
    ["… and may try again", three, "10:01:00.000", "renew: rejected"],
    ["wait twice as long after the fourth", four, "10:01:59.999", contested("10:02:00.000")],
    ["… and may try again", four, "10:02:00.000", "renew: rejected"],
    ["are forgotten after ten minutes", three, "10:10:10.000", "renew: rejected"],
  ])("%s", (_, record, now, decision) => {
    expect(formatDecision(decide(record, atExpiry, rejecting(3), at(now)))).toBe(decision);
  });

  test("keep nobody else from the token", () => {
    const decision = decide(three, atExpiry, rejecting(2), at("10:00:31.000"));
    expect(formatDecision(decision)).toBe("vend: usable");
  });
});
