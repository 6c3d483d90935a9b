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
  const memory = new CredentialCache(clock);
  return {
    remember(now: string, vended: Credential, renewAt = "10:05:00.450"): void {
      clock.moveTo(at(now));
      memory.set(vended, at(renewAt));
    },
    recall(now: string, request = wish(), of = connection): Credential | null {
      clock.moveTo(at(now));
      return memory.get(of, request);
    },
  };
}

function remembering(vended = credential, renewAt = "10:05:00.450", now = "10:00:01.000") {
  const process = aProcess();
  process.remember(now, vended, renewAt);
  return process;
}

describe("a process that vended a credential", () => {
  test("vends it again", () => {
    expect(remembering().recall("10:00:02.000")).toBe(credential);
  });

  test("drops it for all callers once one rejects it", () => {
    const memory = remembering();
    expect(memory.recall("10:00:02.000", wish({ rejectedVersion: 3 }))).toBeNull();
    expect(memory.recall("10:00:02.000")).toBeNull();
  });

  test("keeps the newer of two versions, in whichever order they come", () => {
    const memory = remembering();
    const older = { ...credential, version: 2 };
    memory.remember("10:00:02.000", older);
    expect(memory.recall("10:00:03.000")).toBe(credential);
    const newer = { ...credential, version: 4 };
    memory.remember("10:00:03.000", newer);
    expect(memory.recall("10:00:04.000")).toBe(newer);
  });

  test("takes an older version once the newer is stale: a table was restored", () => {
    const memory = remembering();
    const older = { ...credential, version: 2 };
    memory.remember("10:00:31.000", older);
    expect(memory.recall("10:00:32.000")).toBe(older);
  });

  test("treats it as stale once the clock has gone back", () => {
    expect(remembering().recall("10:00:00.999")).toBeNull();
    expect(remembering().recall("09:00:00.000")).toBeNull();
  });

  test("treats it as stale after thirty seconds, even if the clock has been set back meanwhile", () => {
    const memory = remembering();
    expect(memory.recall("10:00:30.999")).toBe(credential);
    expect(memory.recall("10:00:02.000")).toBe(credential);
    expect(memory.recall("10:00:02.001")).toBeNull();
  });

  test("does not vend it for another connection", () => {
    const other = connectionOf(realm, "other");
    expect(remembering().recall("10:00:02.000", wish(), other)).toBeNull();
  });

  test.each<[rule: string, memory: ReturnType<typeof aProcess>, last: string, over: string]>([
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
    expect(memory.recall(last)).not.toBeNull();
    expect(memory.recall(over)).toBeNull();
  });

  test("answers a rejection of an older version from the cache", () => {
    const request = wish({ rejectedVersion: 2 });
    expect(remembering().recall("10:00:02.000", request)).toBe(credential);
  });

  test.each([
    ["the version it holds", 3],
    ["a later version", 4],
  ])("reads the store after a rejection of %s", (_, rejectedVersion) => {
    const request = wish({ rejectedVersion });
    expect(remembering().recall("10:00:02.000", request)).toBeNull();
  });

  test("vends it while it lasts as long as demanded, to the second", () => {
    const recall = (minValiditySeconds: number, vended = credential) =>
      remembering(vended).recall("10:00:09.000", wish({ minValiditySeconds }));
    expect(recall(290)).toBe(credential);
    expect(recall(291)).toBeNull();
    expect(recall(1_000_000, key)).toBe(key);
  });

  test("caches what it vended last", () => {
    const memory = remembering();
    const next = { ...credential, version: 4 };
    memory.remember("10:00:02.000", next);
    expect(memory.recall("10:00:03.000")).toBe(next);
  });
});

test("the cache is bounded: it evicts the entry that was set first", () => {
  const memory = aProcess();
  const now = "10:00:01.000";
  const remember = (account: string) => {
    const vended = { ...credential, connection: connectionOf(realm, account) };
    memory.remember(now, vended);
  };
  const holds = (account: string) =>
    memory.recall(now, wish(), connectionOf(realm, account)) !== null;
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
