import { describe, expect, test } from "vitest";
import { VendingError } from "../../functions/model/errors.ts";
import type { Grant } from "../../functions/model/provider.ts";
import { unprintable } from "../../functions/model/sensitive.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { aFailedIssue, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, byConsent, early, onRotation } from "../support/policies.ts";

const vanishes = new Error("The process is gone (made up).");

/** A process takes the lease and crashes. */
async function abandon(here: TestDeployment, request = {}): Promise<void> {
  const { sealer } = here.dependencies();
  const prepare = () => Promise.reject(vanishes);
  await here
    .process({ sealer: { ...sealer, prepare } })(request)
    .catch(() => {});
}

describe("a lease", () => {
  test("that is not taken for lack of time says how much time there was", async () => {
    const here = new TestDeployment(atExpiry);
    expect((await here.refusalOf({}, 6999)).message).toBe(
      "A renewal may take 7000 ms and 6999 ms remain; give the caller more time.",
    );
    expect((await here.refusalOf({}, -5)).message).toContain(" and 0 ms remain");
    expect(await here.vend({}, 7000)).toMatchObject({ version: 1 });
  });

  test("lost to another process is no renewal of ours: the other's token is vended", async () => {
    const here = new TestDeployment(atExpiry);
    const { store } = here.dependencies();
    const takeLease: TokenStore["takeLease"] = async (...wanted) => {
      await here.vend();
      return store.takeLease(...wanted);
    };
    expect(await here.process({ store: { ...store, takeLease } })()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });

  test("lost by a caller that rejects does not settle the rejection, and the caller may try again", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const { store } = here.dependencies();
    let tries = 0;
    const takeLease: TokenStore["takeLease"] = async (...wanted) => {
      tries += 1;
      return tries === 1 ? { held: null, record: await here.record() } : store.takeLease(...wanted);
    };
    const vending = here.process({ store: { ...store, takeLease } })({ rejectedVersion: 1 });
    expect(await vending).toMatchObject({ version: 2 });
  });

  test.each([
    ["leaves its holder's token in doubt where a new one revokes it", atExpiry, true],
    ["leaves it alone where old and new coexist", early, false],
  ])("that is abandoned %s", async (_, policy, doubted) => {
    const here = new TestDeployment(policy);
    await here.vend();
    await abandon(here, { rejectedVersion: 1 });
    expect(await here.record()).toMatchObject({ lease: { reason: "rejected" }, doubtedAt: null });
    const issuedAt = (await here.record())?.token?.issuedAt;
    here.clock.advance(8000);
    const { store } = here.dependencies();
    const seen: unknown[] = [];
    const takeLease: TokenStore["takeLease"] = (connection, record, intent, signal) => {
      seen.push(intent.doubtedAt, intent.lease.reason);
      return store.takeLease(connection, record, intent, signal);
    };
    await here.process({ store: { ...store, takeLease } })({ rejectedVersion: 1 });
    expect(seen).toEqual([doubted ? issuedAt : null, "takeover"]);
  });

  test("that is abandoned keeps every later lease in doubt until a token is stored", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    await abandon(here, { rejectedVersion: 1 });
    here.clock.advance(8000);
    here.answer = () => aFailedIssue();
    await here.refusalOf();
    expect(await here.record()).toMatchObject({ doubtedAt: expect.any(Date), lease: null });
    here.clock.advance(60_000);
    await here.refusalOf();
    expect(await here.record()).toMatchObject({
      doubtedAt: expect.any(Date),
      failure: { count: 2 },
    });
  });

  test("abandoned by a refresh leaves the consent's token in use", async () => {
    const here = new TestDeployment(byConsent);
    expect(await here.refusalOf()).toMatchObject({ code: "consent-required" });
    expect(here.table.items.size).toBe(0);
  });
});

describe("what an attempt needs from AWS", () => {
  /** The order in which a process asks for it. No answer comes before all was asked for that is not awaited. */
  async function orderOf(here: TestDeployment, request = {}) {
    const asked: string[] = [];
    const { secrets, sealer, store } = here.dependencies();
    const read: typeof secrets.read = async (...wanted) => {
      asked.push("secret");
      await new Promise(setImmediate);
      asked.push("secret answered");
      return secrets.read(...wanted);
    };
    const prepare: typeof sealer.prepare = async () => void asked.push("data key");
    const takeLease: TokenStore["takeLease"] = (...wanted) => {
      asked.push("lease");
      return store.takeLease(...wanted);
    };
    const vend = here.process({
      secrets: { read },
      sealer: { ...sealer, prepare },
      store: { ...store, takeLease },
    });
    await vend(request).catch(() => {});
    return asked;
  }

  test("is asked for beside the lease, not after it", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const asked = await orderOf(here, { rejectedVersion: 1 });
    expect(asked).toEqual(["secret", "data key", "lease", "secret answered"]);
  });

  test("is asked for after the lease where the secret is not to come from the cache", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    await here.vend();
    here.clock.advance(5001);
    expect(await orderOf(here)).toEqual(["lease", "secret", "secret answered"]);
  });

  test("harms nobody if it fails in a process that does not get the lease", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", onUnhandled);
    const { secrets, sealer, store } = here.dependencies();
    const fails = () => Promise.reject(new VendingError("secret-unavailable", "made up", 1));
    const takeLease: TokenStore["takeLease"] = async (...wanted) => {
      await here.vend({ rejectedVersion: 1 });
      return store.takeLease(...wanted);
    };
    const vend = here.process({
      secrets: { ...secrets, read: fails },
      sealer: { ...sealer, prepare: fails },
      store: { ...store, takeLease },
    });
    expect(await vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
    await new Promise(setImmediate);
    process.off("unhandledRejection", onUnhandled);
    expect(unhandled).toEqual([]);
  });

  test("comes before the lease where nothing is known of the account: one that does not exist costs no key", async () => {
    const here = new TestDeployment(atExpiry);
    expect(await orderOf(here, { account: "made-up" })).toEqual(["secret", "secret answered"]);
    expect(await orderOf(here)).toEqual(["secret", "secret answered", "data key", "lease"]);
  });
});

describe("a failure before the provider is called", () => {
  test("that is no known problem stays a defect, and leaves the lease to be taken over", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const secrets = { read: () => Promise.reject(new TypeError("made up")) };
    const vending = here.process({ secrets })({ rejectedVersion: 1 });
    await expect(vending).rejects.toBeInstanceOf(TypeError);
    expect(await here.record()).toMatchObject({ lease: { reason: "rejected" }, failure: null });
  });

  test("to read the secret of an unknown connection leaves nothing behind", async () => {
    const here = new TestDeployment(atExpiry);
    const unavailable = new VendingError("secret-unavailable", "made up", 1);
    const secrets = { read: () => Promise.reject(unavailable) };
    for (let n = 0; n < 60; n += 1) {
      const vending = here.process({ secrets })({ account: `made-up-${n}` });
      await expect(vending).rejects.toMatchObject({ code: "secret-unavailable" });
      expect(await here.refusalOf({ account: `made-up-${n}` })).toMatchObject({
        code: "unknown-connection",
      });
    }
    expect(here.table.items.size).toBe(0);
  });

  test("of the table leaves the lease, because the write may have succeeded", async () => {
    const here = new TestDeployment(atExpiry);
    const { store } = here.dependencies();
    const claimScope = () => Promise.reject(new VendingError("store-unavailable", "made up", 1));
    await expect(
      here.process({ store: { ...store, claimRevocationScope: claimScope } })(),
    ).rejects.toMatchObject({
      code: "store-unavailable",
    });
    expect(await here.record()).toMatchObject({ lease: { reason: "cold" }, failure: null });
  });

  test("to read the secret of a known connection is recorded, and keeps the record", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.secrets.clear();
    expect(await here.refusalOf({ rejectedVersion: 1 })).toMatchObject({
      code: "unknown-connection",
      message: "There is no such secret.",
    });
    expect(await here.record()).toMatchObject({
      version: 1,
      lease: null,
      failure: { code: "unknown-connection", refusedSecretVersion: null },
    });
  });

  test("because preparing took too long is recorded, and the provider is not called", async () => {
    for (const [lateMs, isAsked] of [
      [3500, true],
      [3501, false],
    ] as const) {
      const here = new TestDeployment(atExpiry);
      const { store } = here.dependencies();
      const claimRevocationScope: typeof store.claimRevocationScope = (...claim) => {
        here.clock.advance(lateMs);
        return store.claimRevocationScope(...claim);
      };
      const outcome = await here
        .process({ store: { ...store, claimRevocationScope } })()
        .catch((error) => error);
      expect(here.asked.length === 1).toBe(isAsked);
      if (isAsked) continue;
      expect(outcome).toMatchObject({
        code: "secret-unavailable",
        message: "Preparing the provider call took so long that no time was left for the call.",
      });
      expect(await here.record()).toMatchObject({ lease: null, ledger: [] });
    }
  });
});

describe("the provider call", () => {
  /** When a call is aborted that begins so long after its lease. */
  async function endOfCall(lateMs: number): Promise<number> {
    const here = new TestDeployment(atExpiry);
    const { provider } = here.dependencies();
    let ended = 0;
    const issue = async (signal: AbortSignal) => {
      signal.addEventListener("abort", () => {
        ended = Number(here.clock.now());
      });
      for (let step = 0; step < 80 && ended === 0; step += 1) here.clock.advance(100);
      return here.answer("");
    };
    const issuer = async () => ({
      openGrant: () => {
        here.clock.advance(lateMs);
        return unprintable<Grant>({ revocationScope: null, callsProvider: true, issue });
      },
    });
    await here
      .process({ provider: { ...provider, issuer } })()
      .catch(() => {});
    return ended - Number(at("10:00:00.000"));
  }

  test("is aborted at its deadline", async () => {
    expect(await endOfCall(0)).toBe(5000);
  });

  test("is aborted a second before the lease ends, however late it began", async () => {
    expect(await endOfCall(3000)).toBe(6000);
  });
});

describe("a failure", () => {
  test("is logged with all fields but a fingerprint", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => aFailedIssue();
    await here.refusalOf();
    expect(here.logged("issue-failed")).toMatchObject([
      {
        level: "warn",
        connection: "conferma/production/default",
        fence: 1,
        version: 0,
        reason: "cold",
        latencyMs: 200,
        fingerprint: null,
        outcome: "provider-unavailable",
        detail: "The provider answered 503.",
        count: 1,
      },
    ]);
  });

  test("that is heard after its lease is told and stored as it is, if nobody has taken over", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => {
      here.clock.advance(8000);
      return aFailedIssue();
    };
    const { store } = here.dependencies();
    const fail: TokenStore["fail"] = (held, failed, storing) => {
      // As the SDK does, which the table of these tests does not.
      storing.throwIfAborted();
      return store.fail(held, failed, storing);
    };
    const vend = here.process({ store: { ...store, fail } });
    const outcome = await vend({}, 30_000).catch((error) => error);
    expect(outcome).toMatchObject({ code: "provider-unavailable" });
    expect(await here.record()).toMatchObject({
      lease: null,
      failure: { code: "provider-unavailable", count: 1 },
    });
    expect(here.asked).toHaveLength(1);
  });

  test("that comes after its lease returns the stored record to its caller", async () => {
    const here = new TestDeployment(atExpiry);
    const { store } = here.dependencies();
    const fail: TokenStore["fail"] = async () => {
      here.answer = () => here.issued("canary-next");
      here.clock.advance(8000);
      await here.vend();
      return null;
    };
    here.answer = () => aFailedIssue();
    const vended = await here.process({ store: { ...store, fail } })({}, 30_000);
    expect(vended.token.expose()).toBe("canary-next");
  });
});
