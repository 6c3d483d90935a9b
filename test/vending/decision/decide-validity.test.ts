import { describe, expect, test } from "vitest";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import type { TokenRecord } from "../../../functions/model/token-record.ts";
import { aFailure, aLease, aRecord, aToken, at } from "../../support/a-record.ts";
import { decisionInWords } from "../../support/format-decision.ts";
import { atExpiry, atHandover, early, onRotation } from "../../support/policies.ts";

const demanding = (minValiditySeconds: number) => ({ minValiditySeconds, rejectedVersion: null });

type Row = [rule: string, TokenRecord, seconds: number, now: string, decision: string];

function play(policy: RenewalPolicy) {
  return (_: string, record: TokenRecord, seconds: number, now: string, decision: string) => {
    expect(decisionInWords(record, policy, demanding(seconds), at(now))).toBe(decision);
  };
}

const beyond = "refuse: beyond-lifetime, validity-unavailable, retry -";

describe("where old and new coexist, a demand for validity", () => {
  const hourly = aRecord({
    token: aToken({
      usableUntil: at("10:59:59.000"),
      expiresAt: at("11:00:00.000"),
      renewAt: at("10:55:30.000"),
    }),
  });
  const failing = {
    ...hourly,
    failure: aFailure({ at: at("10:40:00.000"), retryAt: at("10:40:09.000") }),
  };
  const refused = {
    ...hourly,
    failure: aFailure({ code: "credentials-rejected", refusedSecretVersion: "s1" }),
  };

  test.each<Row>([
    ["is met by what remains, to the second", hourly, 599, "10:50:00.000", "vend: usable"],
    ["causes a renewal when too little remains", hourly, 600, "10:50:00.000", "renew: validity"],
    ["is beyond any token, so none is asked for", hourly, 3600, "10:50:00.000", beyond],
    ["… by a fraction of a second", hourly, 3599, "10:50:00.000", beyond],
    [
      "never causes a second issue right after the first",
      hourly,
      3500,
      "10:06:00.079",
      "refuse: too-new, validity-unavailable, retry 10:06:00.080",
    ],
    ["… and may, a tenth of the life later", hourly, 3400, "10:06:00.080", "renew: validity"],
    [
      "is refused while backing off",
      failing,
      1800,
      "10:40:08.999",
      "refuse: backing-off, validity-unavailable, retry 10:40:09.000",
    ],
    ["… renewed after it", failing, 1800, "10:40:09.000", "renew: validity"],
    ["is met while backing off, if it can be", failing, 60, "10:40:05.000", "vend: usable"],
    [
      "waits for a renewal that is under way",
      { ...hourly, lease: aLease({ until: at("10:40:05.000") }) },
      1800,
      "10:40:00.000",
      "await-renewal: lease-held by process-a.1",
    ],
  ])("%s", play(early));

  test("has no time to wait where only another secret helps", () => {
    expect(decisionInWords(refused, early, demanding(1800), at("10:40:00.000"))).toBe(
      "check-secret: validity, unless still s1 → refuse: backing-off, validity-unavailable, retry -",
    );
  });
});

describe("where a new token revokes the old, a demand for validity", () => {
  const conferma = aRecord();

  test.each<Row>([
    ["is met by what remains, to the second", conferma, 59, "10:04:00.000", "vend: usable"],
    [
      "waits for the handover when too little remains",
      conferma,
      60,
      "10:04:00.000",
      "await-handover: validity, until 10:05:00.450",
    ],
    [
      "waits for the handover, young as the token may be",
      conferma,
      290,
      "10:00:20.000",
      "await-handover: validity, until 10:05:00.450",
    ],
    ["is beyond any token, so nobody waits for one", conferma, 299, "10:04:00.000", beyond],
    [
      "changes nothing once the token is over",
      conferma,
      60,
      "10:04:59.500",
      "await-handover: too-early, until 10:05:00.450",
    ],
    ["… nor at its renewal", conferma, 60, "10:05:00.450", "renew: expired"],
  ])("%s", play(atExpiry));

  test("waits for the handover of Send's token, not for its expiry", () => {
    const send = aRecord({
      token: aToken({
        issuedUnder: "at-handover",
        usableUntil: at("10:04:39.000"),
        renewAt: at("10:04:40.000"),
      }),
    });
    const decision = decisionInWords(send, atHandover, demanding(120), at("10:04:00.000"));
    expect(decision).toBe("await-handover: validity, until 10:04:40.000");
  });
});

describe("of a static key, a demand for validity", () => {
  const key = (usableUntil: string | null) =>
    aRecord({
      token: aToken({
        usableUntil: usableUntil === null ? null : at(usableUntil),
        renewAt: at("10:00:05.000"),
      }),
    });
  const never = "refuse: never-renewed, validity-unavailable, retry -";

  test.each<Row>([
    [
      "is always met by one that does not end",
      key(null),
      1_000_000,
      "10:00:01.000",
      "vend: usable",
    ],
    ["is met by one that ends later", key("10:10:00.000"), 599, "10:00:01.000", "vend: usable"],
    ["is not met by one that ends sooner", key("10:10:00.000"), 600, "10:00:01.000", never],
    [
      "has the secret looked at when that is due",
      key("10:10:00.000"),
      600,
      "10:00:05.000",
      "renew: scheduled",
    ],
    [
      "is not met while the successor is refused",
      {
        ...key("10:10:00.000"),
        failure: aFailure({ code: "credentials-rejected", refusedSecretVersion: "s2" }),
      },
      600,
      "10:00:05.000",
      `check-secret: scheduled, unless still s2 → ${never}`,
    ],
  ])("%s", play(onRotation));
});
