import { describe, expect, test } from "vitest";
import { maxClockSkewMs, plusMs } from "../../../functions/model/clock.ts";
import { connectionOf } from "../../../functions/model/connection.ts";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import { maxLeaseMs } from "../../../functions/model/time-limits.ts";
import type { TokenStore } from "../../../functions/model/token-store.ts";
import { aLease, at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry, byConsent, onRotation } from "../../support/policies.ts";

/** Two accounts whose secrets name the same platform; the first has issued for it. */
async function twoOfOnePlatform() {
  const here = new TestDeployment(atExpiry);
  here.secrets.set("other", { text: "canary-secret", version: "s1" });
  await here.vend();
  return here;
}

/** The same two accounts; the first has claimed the platform's scope, and its process crashed before it issued. */
async function withVanishedOwner() {
  const here = new TestDeployment(atExpiry);
  here.secrets.set("other", { text: "canary-secret", version: "s1" });
  const { answer } = here;
  here.answer = () => Promise.reject(new Error("The process is gone (made up)."));
  await here.vend().catch(() => {});
  here.answer = answer;
  here.clock.advance(lapseMs);
  return here;
}

const conflict = {
  code: "scope-conflict",
  message:
    "conferma/production/default already issues for the same platform key or client id, and each new token revokes the other's. Vend from conferma/production/default, or give this connection credentials of its own.",
};
const scopeItems = ({ table }: TestDeployment) =>
  [...table.items].filter(([pk]) => pk.includes("~scope")).map(([, item]) => item);
const claims = (here: TestDeployment) => scopeItems(here).map((item) => item["scopeOwner"]?.S);
/** Longer than any lease. */
const lapseMs = 8000;
const { signal } = new AbortController();

/** Writes another end into the only claim. */
function endClaim(here: TestDeployment, until: Date): void {
  const [[pk = "", item] = []] = [...here.table.items].filter(([key]) => key.includes("~scope"));
  here.table.items.set(pk, { ...item, scopeUntil: { N: String(Number(until)) } });
}

/** The owner takes the next lease, and has not claimed the scope again yet. */
async function leaseOwner(here: TestDeployment, store: TokenStore): Promise<void> {
  const seen = (await here.record()) ?? expect.fail("no record");
  const since = here.clock.now();
  const lease = aLease({ owner: "begun again", since, until: plusMs(since, 7000) });
  const intent = { lease: { ...lease, reason: "takeover" } as const, doubtedAt: seen.doubtedAt };
  const { held } = await store.takeLease(seen.connection, seen, intent, signal);
  expect(held).not.toBeNull();
}

describe("a revocation scope (P1)", () => {
  test("belongs to the connection that first issued in it", async () => {
    const here = await twoOfOnePlatform();
    expect(await here.refusalOf({ account: "other" })).toMatchObject(conflict);
    expect(here.asked).toHaveLength(1);
    expect(claims(here)).toEqual(["conferma/production/default"]);
  });

  test("is claimed again by every renewal, until the end of its lease", async () => {
    const here = await twoOfOnePlatform();
    const [claimed] = scopeItems(here);
    expect(claimed?.["scopeUntil"]?.N).toBe(String(Number(at("10:00:07.000"))));
    await here.vend({ rejectedVersion: 1 });
    const [again] = scopeItems(here);
    expect(again?.["scopeUntil"]?.N).toBe(String(Number(at("10:00:07.200"))));
  });

  test("is not claimed where there is none", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    await here.vend();
    expect(claims(here)).toEqual([]);
    expect(await here.record()).toMatchObject({ revocationScope: null });
  });

  test("lapses when its owner no longer has a record", async () => {
    const here = await twoOfOnePlatform();
    here.table.items.delete("conferma/production/default");
    expect(await here.refusalOf({ account: "other" })).toMatchObject(conflict);
    here.clock.advance(lapseMs);
    expect(await here.vend({ account: "other" })).toMatchObject({ version: 1 });
    expect(claims(here)).toEqual(["conferma/production/other"]);
    expect(await here.refusalOf()).toMatchObject({ code: "scope-conflict" });
  });

  test("lapses when its owner has since issued in another scope", async () => {
    const here = await twoOfOnePlatform();
    here.secrets.set("default", { text: "canary-moved", version: "s2" });
    await here.vend({ rejectedVersion: 1 });
    here.clock.advance(lapseMs);
    expect(await here.vend({ account: "other" })).toMatchObject({ version: 1 });
    expect(claims(here).sort()).toEqual([
      "conferma/production/default",
      "conferma/production/other",
    ]);
  });

  test("does not lapse while its owner holds a lease, under which it may issue anywhere", async () => {
    const here = await twoOfOnePlatform();
    here.secrets.set("default", { text: "canary-moved", version: "s2" });
    await here.vend({ rejectedVersion: 1 });
    here.clock.moveTo(at("10:05:30.000"));
    let told: unknown;
    here.answer = async () => {
      here.answer = () => here.issued();
      told = await here.refusalOf({ account: "other" });
      return here.issued();
    };
    await here.vend();
    expect(told).toMatchObject({ code: "scope-conflict" });
  });

  test("does not lapse before the lease that claimed it could have issued, on any clock", async () => {
    const here = await twoOfOnePlatform();
    here.table.items.delete("conferma/production/default");
    here.clock.moveTo(at("10:00:07.249"));
    expect(await here.refusalOf({ account: "other" })).toMatchObject(conflict);
    here.clock.advance(1);
    here.secrets.set("third", { text: "canary-secret", version: "s1" });
    expect(await here.vend({ account: "third" })).toMatchObject({ version: 1 });
  });

  test("that a wrong clock has claimed for longer than any lease lapses as well", async () => {
    const here = await twoOfOnePlatform();
    here.table.items.delete("conferma/production/default");
    const longest = plusMs(here.clock.now(), maxLeaseMs + maxClockSkewMs);
    endClaim(here, longest);
    expect(await here.refusalOf({ account: "other" })).toMatchObject(conflict);
    endClaim(here, plusMs(longest, 1));
    here.secrets.set("third", { text: "canary-secret", version: "s1" });
    expect(await here.vend({ account: "third" })).toMatchObject({ version: 1 });
  });

  test("that has lapsed goes to one of several claimants", async () => {
    const here = await twoOfOnePlatform();
    here.table.items.delete("conferma/production/default");
    here.clock.advance(lapseMs);
    const third = connectionOf({ provider: "conferma", environment: "production" }, "third");
    const vending = beforeMovingClaim(here, (store, scope, claim, replace, signal) =>
      store.claimRevocationScope(scope, { ...claim, owner: third }, replace, signal),
    )({ account: "other" });
    await expect(vending).rejects.toMatchObject({
      code: "scope-conflict",
      message: expect.stringContaining("Vend from conferma/production/third"),
    });
    expect(here.asked).toHaveLength(1);
    expect(here.table.takeViolations()).toEqual([
      expect.stringContaining("it ends with a lease that its owner took"),
    ]);
  });

  test("is not taken from an owner that has begun to issue again since its claim was read", async () => {
    const here = await withVanishedOwner();
    const vending = beforeMovingClaim(here, () => here.vend())({ account: "other" });
    await expect(vending).rejects.toMatchObject(conflict);
    // From now on, neither revokes the other's tokens.
    expect(await here.vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
    here.clock.advance(lapseMs);
    expect(await here.refusalOf({ account: "other" })).toMatchObject(conflict);
    expect(await here.record("other")).toMatchObject({ revocationScope: null, token: null });
  });

  test("that was taken over prevents its owner's suspended holder from committing", async () => {
    const here = new TestDeployment(atExpiry);
    here.secrets.set("other", { text: "canary-secret", version: "s1" });
    const { store } = here.dependencies();
    const commit: TokenStore["commit"] = async (held, commitOf) => {
      here.clock.advance(lapseMs);
      await here.vend({ account: "other" });
      return store.commit(held, commitOf, new AbortController().signal);
    };
    const frozen = here.process({ store: { ...store, commit } });
    await expect(frozen()).rejects.toMatchObject({ code: "renewal-in-progress" });
    const late = [expect.objectContaining({ outcome: "late" })];
    expect(await here.record()).toMatchObject({ token: null, lease: null, ledger: late });
    expect(await here.refusalOf()).toMatchObject({ code: "scope-conflict" });
  });

  test("is not taken from an owner whose record changes while its lease is ended", async () => {
    const here = await withVanishedOwner();
    const { store } = here.dependencies();
    const takeLease: TokenStore["takeLease"] = async (connection, seen, intent, signal) => {
      if (connection.endsWith("/default")) await here.vend();
      return store.takeLease(connection, seen, intent, signal);
    };
    const vending = here.process({ store: { ...store, takeLease } })({ account: "other" });
    await expect(vending).rejects.toMatchObject(conflict);
    expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test.each([
    ["before its abandoned lease is taken over", "takeLease"],
    ["before the lease that took it over is ended", "fail"],
  ] as const)("is not taken from an owner that has taken its next lease %s", async (_, write) => {
    const here = await withVanishedOwner();
    const { store } = here.dependencies();
    const changes: Partial<TokenStore> = {
      takeLease: async (connection, ...others) => {
        const isOwner = connection.endsWith("/default");
        if (isOwner && write === "takeLease") await leaseOwner(here, store);
        return store.takeLease(connection, ...others);
      },
      fail: async (held, ...others) => {
        const isOwner = held.record.connection.endsWith("/default");
        if (isOwner && write === "fail") {
          here.clock.advance(lapseMs);
          await leaseOwner(here, store);
        }
        return store.fail(held, ...others);
      },
    };
    const vending = here.process({ store: { ...store, ...changes } })({ account: "other" }, 30_000);
    await expect(vending).rejects.toMatchObject(conflict);
    expect(await here.record()).toMatchObject({ lease: { owner: "begun again" } });
    expect(claims(here)).toEqual(["conferma/production/default"]);
  });

  test("that was taken over leaves its former owner the token and the consent of its own scope", async () => {
    const here = new TestDeployment(byConsent);
    here.consented = {
      refreshToken: new Sensitive("refresh-1"),
      refreshEndsAt: null,
      grantedScope: null,
      subject: null,
      customer: null,
    };
    await here.consent();
    const { answer } = here;
    here.answer = () => Promise.reject(new Error("The process is gone (made up)."));
    here.secrets.set("default", { text: "canary-moved", version: "s2" });
    here.clock.moveTo(at("10:04:30.000"));
    await here.vend().catch(() => {});
    here.answer = answer;
    here.clock.advance(lapseMs);
    const before = await here.record();
    await here.consentOf("other");
    const { token, consent, failure } = before ?? expect.fail("no record");
    expect(await here.record()).toMatchObject({ token, consent, failure, lease: null });
    expect(claims(here)).toContain("conferma/production/other");
  });

  test("that was taken over stops its former owner from issuing, whatever its record says", async () => {
    const here = await twoOfOnePlatform();
    const [, before] = [...here.table.items].find(([pk]) => pk.endsWith("/default")) ?? [];
    here.table.items.delete("conferma/production/default");
    here.clock.advance(lapseMs);
    await here.vend({ account: "other" });
    here.table.items.set("conferma/production/default", before ?? {});
    here.clock.advance(lapseMs);
    expect(await here.refusalOf({ rejectedVersion: 1 })).toMatchObject({
      code: "scope-conflict",
      message: expect.stringContaining("conferma/production/other already issues"),
    });
    expect(here.asked).toHaveLength(2);
  });
});

type Claiming = Parameters<TokenStore["claimRevocationScope"]>;

/** A process to which something happens between seeing a lapsed claim and moving it. */
function beforeMovingClaim(
  here: TestDeployment,
  happens: (store: TokenStore, ...claiming: Claiming) => Promise<unknown>,
) {
  const { store } = here.dependencies();
  const claimRevocationScope: TokenStore["claimRevocationScope"] = async (...claiming) => {
    const [, , replace] = claiming;
    if (replace) await happens(store, ...claiming);
    return store.claimRevocationScope(...claiming);
  };
  return here.process({ store: { ...store, claimRevocationScope } });
}
