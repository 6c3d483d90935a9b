import { describe, expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import type { Credential, VendRequest } from "../../functions/model/credential.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { CredentialCache } from "../../functions/vending/credential-cache.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const realm = { provider: "conferma", environment: "production" } as const;

const connection = connectionOf(realm, "default");

const credential: Credential = {
  connection,
  version: 3,
  token: new Sensitive("t"),
  presentation: { headerName: "Authorization", scheme: "Bearer" },
  fingerprint: "9f86d081884c",
  issuedAt: at("10:00:00.200"),
  usableUntil: at("10:04:59.000"),
  expiresAt: at("10:05:00.000"),
};
const key: Credential = { ...credential, usableUntil: null, expiresAt: null };

const wish = (changes: Partial<VendRequest> = {}): VendRequest => ({
  account: "default",
  minValiditySeconds: 0,
  rejectedVersion: null,
  ...changes,
});

/** A process by its clock. */
function aProcess() {
  const clock = new FixedClock(at("10:00:01.000"));
  const cache = new CredentialCache(clock);
  return {
    set(now: string, vended: Credential, renewAt = "10:05:00.450"): void {
      clock.moveTo(at(now));
      cache.set(vended, at(renewAt), 0);
    },
    get(now: string, request = wish()): Credential | null {
      clock.moveTo(at(now));
      return cache.get(request, clock.now());
    },
  };
}

function caching(vended = credential, renewAt = "10:05:00.450", now = "10:00:01.000") {
  const process = aProcess();
  process.set(now, vended, renewAt);
  return process;
}

describe("a process that vended a credential", () => {
  test("vends it again", () => {
    expect(caching().get("10:00:02.000")).toBe(credential);
  });

  test("drops it for all callers once one rejects it", () => {
    const cache = caching();
    expect(cache.get("10:00:02.000", wish({ rejectedVersion: 3 }))).toBeNull();
    expect(cache.get("10:00:02.000")).toBeNull();
  });

  test("keeps the newer of two versions, in whichever order they come", () => {
    const cache = caching();
    const older = { ...credential, version: 2 };
    cache.set("10:00:02.000", older);
    expect(cache.get("10:00:03.000")).toBe(credential);
    const newer = { ...credential, version: 4 };
    cache.set("10:00:03.000", newer);
    expect(cache.get("10:00:04.000")).toBe(newer);
  });

  test("takes an older version once the newer is stale: a table was restored", () => {
    const cache = caching();
    const older = { ...credential, version: 2 };
    cache.set("10:00:31.000", older);
    expect(cache.get("10:00:32.000")).toBe(older);
  });

  test("treats it as stale once the clock has gone back", () => {
    expect(caching().get("10:00:00.999")).toBeNull();
    expect(caching().get("09:00:00.000")).toBeNull();
  });

  test("treats it as stale after twenty-four seconds, even if the clock has been set back meanwhile", () => {
    const cache = caching();
    expect(cache.get("10:00:24.999")).toBe(credential);
    expect(cache.get("10:00:02.000")).toBe(credential);
    expect(cache.get("10:00:02.001")).toBeNull();
  });

  test("treats it as stale after a suspension of twenty-four seconds, which only the clock counts", () => {
    const clock = new FixedClock(at("10:00:01.000"));
    clock.countdown = (ms) => () => ms;
    const cache = new CredentialCache(clock);
    cache.set(credential, at("10:05:00.450"), 0);
    clock.moveTo(at("10:00:24.999"));
    expect(cache.get(wish(), clock.now())).toBe(credential);
    clock.moveTo(at("10:00:25.000"));
    expect(cache.get(wish(), clock.now())).toBeNull();
  });

  test("counts from when the request began that found it: what it relied on was read then", () => {
    const clock = new FixedClock(at("10:00:01.000"));
    const cache = new CredentialCache(clock);
    cache.set(credential, at("10:05:00.450"), 7000);
    clock.moveTo(at("10:00:17.999"));
    expect(cache.get(wish(), clock.now())).toBe(credential);
    clock.moveTo(at("10:00:18.000"));
    expect(cache.get(wish(), clock.now())).toBeNull();
  });

  test("does not vend it for another connection", () => {
    expect(caching().get("10:00:02.000", wish({ account: "other" }))).toBeNull();
  });

  test.each<[rule: string, caches: Parameters<typeof caching>, last: string, over: string]>([
    ["believes it for twenty-four seconds", [], "10:00:24.999", "10:00:25.000"],
    [
      "believes it no longer than it is usable",
      [credential, "10:05:00.450", "10:04:50.000"],
      "10:04:58.999",
      "10:04:59.000",
    ],
    [
      "looks again when its renewal is due",
      [credential, "10:00:05.000"],
      "10:00:04.999",
      "10:00:05.000",
    ],
    ["looks again at a key without end", [key, "10:00:06.000"], "10:00:05.999", "10:00:06.000"],
  ])("%s", (_, caches, last, over) => {
    const cache = caching(...caches);
    expect(cache.get(last)).not.toBeNull();
    expect(cache.get(over)).toBeNull();
  });

  test("answers a rejection of an older version from the cache", () => {
    const request = wish({ rejectedVersion: 2 });
    expect(caching().get("10:00:02.000", request)).toBe(credential);
  });

  test.each([
    ["the version it holds", 3],
    ["a later version", 4],
  ])("reads the store after a rejection of %s", (_, rejectedVersion) => {
    const request = wish({ rejectedVersion });
    expect(caching().get("10:00:02.000", request)).toBeNull();
  });

  test("vends it while it lasts as long as demanded, to the second", () => {
    const lasting = (minValiditySeconds: number, vended = credential) =>
      caching(vended).get("10:00:09.000", wish({ minValiditySeconds }));
    expect(lasting(290)).toBe(credential);
    expect(lasting(291)).toBeNull();
    expect(lasting(1_000_000, key)).toBe(key);
  });

  test("caches what it vended last", () => {
    const cache = caching();
    const next = { ...credential, version: 4 };
    cache.set("10:00:02.000", next);
    expect(cache.get("10:00:03.000")).toBe(next);
  });
});

test("the cache is bounded: it evicts the entry that was set first", () => {
  const cache = aProcess();
  const now = "10:00:01.000";
  const add = (account: string) => {
    const vended = { ...credential, connection: connectionOf(realm, account) };
    cache.set(now, vended);
  };
  const holds = (account: string) => cache.get(now, wish({ account })) !== null;
  for (let n = 0; n < 1000; n += 1) add(`a${n}`);
  expect(holds("a0")).toBe(true);
  add("a0");
  add("one-more");
  expect([holds("a0"), holds("a1"), holds("a2"), holds("one-more")]).toEqual([
    true,
    false,
    true,
    true,
  ]);
});
