import { describe, expect, test } from "vitest";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import type { TokenRecord } from "../../../functions/model/token-record.ts";
import { decide } from "../../../functions/vending/decision/decide.ts";
import { isLeaseAlive } from "../../../functions/vending/decision/usable-token.ts";
import { aFailure, aLease, aRecord, aToken, at } from "../../support/a-record.ts";
import { formatDecision } from "../../support/format-decision.ts";
import { atExpiry, atHandover, early, onRotation } from "../../support/policies.ts";

const noWish = { minValiditySeconds: 0, rejectedVersion: null };

const lease = aLease();
const cold = aRecord({ version: 0, fence: 1, token: null, lease });
const conferma = aRecord({ lease });
const hourlyToken = aToken({
  usableUntil: at("10:59:59.000"),
  expiresAt: at("11:00:00.000"),
  renewAt: at("09:59:59.000"),
});
const hourly = aRecord({ token: hourlyToken, lease });
const key = aRecord({
  token: aToken({ usableUntil: null, expiresAt: null, renewAt: at("09:59:59.000") }),
  lease,
});
const waits = "await-renewal: lease-held by process-a.1";

type Row = [rule: string, TokenRecord | null, RenewalPolicy, now: string, decision: string];

describe("while another process renews", () => {
  test.each<Row>([
    ["a process with nothing to vend waits", cold, atExpiry, "10:00:01.000", waits],
    ["a token about to be revoked is not vended", conferma, atExpiry, "10:00:01.000", waits],
    ["… nor one about to be handed over", conferma, atHandover, "10:00:01.000", waits],
    [
      "where old and new coexist, the old is vended",
      hourly,
      early,
      "10:00:01.000",
      "vend: renewing-elsewhere",
    ],
    ["… so is a static key", key, onRotation, "10:00:01.000", "vend: renewing-elsewhere"],
    [
      "… and one not yet due is simply usable",
      aRecord({ token: aToken({ renewAt: at("10:04:00.000") }), lease }),
      early,
      "10:00:01.000",
      "vend: usable",
    ],
    [
      "where old and new coexist but the old has ended, callers wait",
      aRecord({ token: aToken({ usableUntil: at("09:59:00.000") }), lease }),
      early,
      "10:00:01.000",
      waits,
    ],
    [
      "a doubted token is waited for, not renewed twice",
      aRecord({ doubtedAt: at("10:00:00.200"), lease }),
      atExpiry,
      "10:00:01.000",
      waits,
    ],
    [
      "an old failure does not keep callers from waiting",
      aRecord({ token: null, lease, failure: aFailure() }),
      atExpiry,
      "10:00:01.000",
      waits,
    ],
  ])("%s", (_, record, policy, now, decision) => {
    expect(formatDecision(decide(record, policy, noWish, at(now)))).toBe(decision);
  });
});

describe("a holder that crashed", () => {
  test.each<Row>([
    ["is believed to the end of its lease", cold, atExpiry, "10:00:07.000", waits],
    ["… and as long again as clocks may differ", cold, atExpiry, "10:00:07.249", waits],
    ["is then taken over", cold, atExpiry, "10:00:07.250", "renew: takeover"],
    [
      "is taken over although its token may live",
      conferma,
      atExpiry,
      "10:00:07.250",
      "renew: takeover",
    ],
    ["… at a handover, too", conferma, atHandover, "10:00:07.250", "renew: takeover"],
    [
      "where old and new coexist, is taken over only when a renewal is due",
      aRecord({ token: aToken({ renewAt: at("10:04:00.000") }), lease }),
      early,
      "10:03:59.999",
      "vend: usable",
    ],
    ["… and then is", hourly, early, "10:00:07.250", "renew: takeover"],
    [
      "of a static key is taken over when the next look is due",
      key,
      onRotation,
      "10:00:07.250",
      "renew: takeover",
    ],
    [
      "is taken over whatever it failed at before",
      aRecord({ lease, failure: aFailure({ retryAt: at("11:00:00.000") }) }),
      atExpiry,
      "10:00:07.250",
      "renew: takeover",
    ],
  ])("%s", (_, record, policy, now, decision) => {
    expect(formatDecision(decide(record, policy, noWish, at(now)))).toBe(decision);
  });
});

describe("a lease is alive", () => {
  test.each([
    ["from its beginning", "10:00:00.000", true],
    ["for a process whose clock is behind", "09:59:59.750", true],
    ["to its end", "10:00:06.999", true],
    ["to its end on a clock that is ahead by 250 ms", "10:00:07.249", true],
    ["no longer", "10:00:07.250", false],
  ])("%s", (_, now, isAlive) => {
    expect(isLeaseAlive(conferma, at(now))).toBe(isAlive);
  });

  test("never where none was taken", () => {
    expect(isLeaseAlive(aRecord(), at("10:00:00.000"))).toBe(false);
  });
});
