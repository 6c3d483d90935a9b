import { describe, expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import type { Credential, VendRequest } from "../../functions/model/credential.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { CredentialCache } from "../../functions/vending/credential-cache.ts";
import { at } from "../support/a-record.ts";

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

const clockAt = (now: string, msPassed = () => 0) => ({
  now: () => at(now),
  countdown: (ms: number) => () => ms - msPassed(),
});

function remembering(
  vended = credential,
  renewAt = "10:05:00.450",
  now = "10:00:01.000",
): CredentialCache {
  const memory = new CredentialCache();
  memory.set(vended, at(renewAt), clockAt(now));
  return memory;
}

describe("a process that vended a credential", () => {
  test("vends it again", () => {
    expect(remembering().get(connection, wish(), at("10:00:02.000"))).toBe(credential);
  });

  test("drops it for all callers once one rejects it", () => {
    const memory = remembering();
    expect(memory.get(connection, wish({ rejectedVersion: 3 }), at("10:00:02.000"))).toBeNull();
    expect(memory.get(connection, wish(), at("10:00:02.000"))).toBeNull();
  });

  test("keeps the newer of two versions, in whichever order they come", () => {
    const memory = remembering();
    const older = { ...credential, version: 2 };
    memory.set(older, at("10:05:00.450"), clockAt("10:00:02.000"));
    expect(memory.get(connection, wish(), at("10:00:03.000"))).toBe(credential);
    const newer = { ...credential, version: 4 };
    memory.set(newer, at("10:05:00.450"), clockAt("10:00:03.000"));
    expect(memory.get(connection, wish(), at("10:00:04.000"))).toBe(newer);
  });

  test("takes an older version once the newer is stale: a table was restored", () => {
    const memory = remembering();
    const older = { ...credential, version: 2 };
    memory.set(older, at("10:05:00.450"), clockAt("10:00:31.000"));
    expect(memory.get(connection, wish(), at("10:00:32.000"))).toBe(older);
  });

  test("treats it as stale once the clock has gone back", () => {
    expect(remembering().get(connection, wish(), at("10:00:00.999"))).toBeNull();
    expect(remembering().get(connection, wish(), at("09:00:00.000"))).toBeNull();
  });

  test("treats it as stale after thirty seconds, even if the clock has been set back meanwhile", () => {
    const memory = new CredentialCache();
    let msPassed = 29_999;
    memory.set(
      credential,
      at("10:05:00.450"),
      clockAt("10:00:01.000", () => msPassed),
    );
    expect(memory.get(connection, wish(), at("10:00:02.000"))).toBe(credential);
    msPassed = 30_000;
    expect(memory.get(connection, wish(), at("10:00:02.000"))).toBeNull();
  });

  test("does not vend it for another connection", () => {
    const other = connectionOf(realm, "other");
    expect(remembering().get(other, wish(), at("10:00:02.000"))).toBeNull();
  });

  test.each<[rule: string, memory: CredentialCache, last: string, over: string]>([
    ["believes it for half a minute", remembering(), "10:00:30.999", "10:00:31.000"],
    [
      "believes it no longer than it is usable",
      remembering(credential, "10:05:00.450", "10:04:50.000"),
      "10:04:58.999",
      "10:04:59.000",
    ],
    [
      "looks again when its renewal is due",
      remembering(credential, "10:00:05.000"),
      "10:00:04.999",
      "10:00:05.000",
    ],
    [
      "looks again at a key without end",
      remembering(key, "10:00:06.000"),
      "10:00:05.999",
      "10:00:06.000",
    ],
  ])("%s", (_, memory, last, over) => {
    expect(memory.get(connection, wish(), at(last))).not.toBeNull();
    expect(memory.get(connection, wish(), at(over))).toBeNull();
  });

  test("answers a rejection of an older version from the cache", () => {
    const request = wish({ rejectedVersion: 2 });
    expect(remembering().get(connection, request, at("10:00:02.000"))).toBe(credential);
  });

  test.each([
    ["the version it holds", 3],
    ["a later version", 4],
  ])("reads the store after a rejection of %s", (_, rejectedVersion) => {
    const request = wish({ rejectedVersion });
    expect(remembering().get(connection, request, at("10:00:02.000"))).toBeNull();
  });

  test("vends it while it lasts as long as demanded, to the second", () => {
    const recall = (minValiditySeconds: number, vended = credential) =>
      remembering(vended).get(connection, wish({ minValiditySeconds }), at("10:00:09.000"));
    expect(recall(290)).toBe(credential);
    expect(recall(291)).toBeNull();
    expect(recall(1_000_000, key)).toBe(key);
  });

  test("caches what it vended last", () => {
    const memory = remembering();
    const next = { ...credential, version: 4 };
    memory.set(next, at("10:05:00.450"), clockAt("10:00:02.000"));
    expect(memory.get(connection, wish(), at("10:00:03.000"))).toBe(next);
  });
});

test("the cache is bounded: it evicts the entry that was set first", () => {
  const memory = new CredentialCache();
  const now = at("10:00:01.000");
  const remember = (account: string) => {
    const vended = { ...credential, connection: connectionOf(realm, account) };
    memory.set(vended, at("10:05:00.450"), clockAt("10:00:01.000"));
  };
  const holds = (account: string) => memory.get(connectionOf(realm, account), wish(), now) !== null;
  for (let n = 0; n < 1000; n += 1) remember(`a${n}`);
  expect(holds("a0")).toBe(true);
  remember("a0");
  remember("one-more");
  expect([holds("a0"), holds("a1"), holds("a2"), holds("one-more")]).toEqual([
    true,
    false,
    true,
    true,
  ]);
});
