import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import type { TokenStore } from "../../../functions/model/token-store.ts";
import { at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry, early, onRotation } from "../../support/policies.ts";

describe("a token that is stored", () => {
  test("is logged with all fields of its ledger entry, and its kind of lifetime", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.lifetime = { kind: "unknown" };
    await here.vend({ rejectedVersion: 1 });
    const { fingerprint } = here.dependencies();
    expect(here.logged("token-issued")).toMatchObject([
      {
        level: "info",
        connection: "conferma/production/default",
        at: "2026-11-20T10:00:00.200Z",
        fence: 1,
        version: 1,
        reason: "cold",
        latencyMs: 200,
        outcome: "issued",
        fingerprint: fingerprint("canary-token-1"),
        lifetime: "stated",
      },
      { fence: 2, version: 2, reason: "rejected", lifetime: "unknown" },
    ]);
  });

  test.each([
    ["by three tenths", 301, 230],
    ["by three tenths of what it took before, at most, when it is slow", 4500, 260],
    ["downwards just so", 1, 140],
  ])(
    "updates the typical duration of a renewal: the latest took %s",
    async (_, latestMs, typicalRenewalMs) => {
      const here = new TestDeployment(early);
      await here.vend();
      expect(await here.record()).toMatchObject({ typicalRenewalMs: 200 });
      here.answer = () => {
        here.clock.advance(latestMs - 200);
        return here.issued();
      };
      await here.vend({ rejectedVersion: 1 });
      expect(await here.record()).toMatchObject({ typicalRenewalMs });
    },
  );

  test.each([
    ["as long as the write of the lease", 200, 22, 244],
    ["as long, however short the rest is", 5, 20, 45],
    ["a tenth of the rest, if others wanted the lease too", 200, 100, 330],
  ])("counts the commit, which takes %s", async (_, issueMs, leaseTookMs, typicalRenewalMs) => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => {
      here.clock.advance(issueMs - 200);
      return here.issued();
    };
    const { store } = here.dependencies();
    const takeLease: TokenStore["takeLease"] = (...wanted) => {
      here.clock.advance(leaseTookMs);
      return store.takeLease(...wanted);
    };
    await here.process({ store: { ...store, takeLease } })();
    expect(await here.record()).toMatchObject({ typicalRenewalMs });
  });

  test("does not take another connection's duration for its own", async () => {
    const here = new TestDeployment(atExpiry);
    const vend = here.process();
    here.secrets.set("slow", { text: "slow-secret", version: "s1" });
    here.answer = (secret) => {
      if (secret === "slow-secret") here.clock.advance(4000);
      return here.issued();
    };
    await vend({ account: "slow" });
    await vend();
    expect(await here.record()).toMatchObject({ typicalRenewalMs: 200 });
  });

  test("updates the typical duration where renewals have taken no time", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    await here.vend();
    expect(await here.record()).toMatchObject({ typicalRenewalMs: 0 });
    here.secrets.set("default", { text: "canary-next", version: "s2" });
    here.answer = () => {
      here.clock.advance(150);
      return here.issued();
    };
    here.clock.advance(5000);
    await here.vend();
    expect(await here.record()).toMatchObject({ typicalRenewalMs: 45 });
  });

  test("is not damaged by a clock that went back", async () => {
    const here = new TestDeployment(early);
    here.answer = () => {
      here.clock.advance(-250);
      return here.issued();
    };
    await here.vend();
    expect(await here.record()).toMatchObject({
      typicalRenewalMs: 0,
      ledger: [{ latencyMs: 0 }],
      damage: [],
    });
  });

  test("whose lease was lost is not vended: the stored one is", async () => {
    const here = new TestDeployment(early);
    const { store } = here.dependencies();
    const commit: TokenStore["commit"] = async () => {
      here.clock.advance(10_000);
      here.answer = () => here.issued("canary-next");
      await here.vend();
      return null;
    };
    const vended = await here.process({ store: { ...store, commit } })({}, 20_000);
    expect(vended.token.expose()).toBe("canary-next");
  });
});

describe("a token that has expired when it arrives", () => {
  const lifetime = (ms: number) => ({ kind: "stated", atLeastMs: ms, atMostMs: ms }) as const;

  test("is refused, and a token that it may have revoked is in doubt", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.lifetime = lifetime(150);
    expect(await here.refusalOf({ rejectedVersion: 1 })).toMatchObject({
      code: "provider-malformed",
      message: "The provider answered a token that has already expired.",
    });
    expect(await here.record()).toMatchObject({ version: 1, doubtedAt: expect.any(Date) });
  });

  test.each([
    ["in the very moment in which it would end", 222, 0],
    ["with a moment left", 224, 1],
  ])("is told from a usable one: %s", async (_, ms, versions) => {
    const here = new TestDeployment(early);
    // A tenth of so short a life is margin; the answer took 200 ms.
    here.lifetime = lifetime(ms);
    here.marginMs = ms - 200 - (versions === 0 ? 0 : 1);
    await here.vend().catch(() => {});
    expect((await here.record())?.version).toBe(versions);
  });
});

describe("a live token that the provider answers again", () => {
  const end = plusMs(at("10:00:00.200"), 300_000);

  test("with the same expiry keeps its first times", async () => {
    const here = new TestDeployment(early);
    here.answer = () => here.issued("canary-same", end);
    await here.vend();
    const before = (await here.record())?.token;
    here.clock.moveTo(at("10:02:00.000"));
    await here.vend({ rejectedVersion: 1 });
    const { token, version, fence } = (await here.record()) ?? {};
    expect({ version, fence }).toEqual({ version: 1, fence: 2 });
    expect(token).toMatchObject({ usableUntil: before?.usableUntil, renewAt: before?.renewAt });
  });

  test.each([
    ["with a fresh end starts a new lifetime", plusMs(end, 120_000)],
    ["with no end told is taken at its word", null],
  ])("%s", async (_, nextEnd) => {
    const here = new TestDeployment(early);
    here.answer = () => here.issued("canary-same", end);
    await here.vend();
    here.clock.moveTo(at("10:02:00.000"));
    here.answer = () => here.issued("canary-same", nextEnd);
    await here.vend({ rejectedVersion: 1 });
    expect(await here.record()).toMatchObject({
      version: 1,
      token: { usableUntil: at("10:06:59.000") },
    });
  });

  test("that is a static key is checked again as usual", async () => {
    const here = new TestDeployment(onRotation);
    here.lifetime = { kind: "unlimited", until: end };
    here.answer = (secret) => here.issued(secret, end);
    await here.vend();
    here.clock.moveTo(at("10:02:00.000"));
    await here.vend({ rejectedVersion: 1 });
    expect(await here.record()).toMatchObject({ token: { renewAt: at("10:02:05.200") } });
  });
});
