import { describe, expect, test } from "vitest";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, early, onRotation } from "../support/policies.ts";

const tokenOf = async (credential: Promise<{ token: { expose(): string } }>) =>
  (await credential).token.expose();

describe("the first vend", () => {
  test("issues, stores and returns one token", async () => {
    const here = new TestDeployment(atExpiry);
    const credential = await here.vend();
    expect(credential).toMatchObject({
      connection: "conferma/production/default",
      version: 1,
      issuedAt: at("10:00:00.200"),
      usableUntil: at("10:04:59.000"),
    });
    expect(credential.token.expose()).toBe("canary-token-1");
    expect(here.asked).toEqual(["canary-secret"]);
    expect(await here.record()).toMatchObject({
      version: 1,
      fence: 1,
      lease: null,
      failure: null,
      doubtedAt: null,
      ledger: [{ version: 1, fence: 1, reason: "cold", latencyMs: 200, outcome: "issued" }],
    });
  });

  test("serves all other callers while the token lives", async () => {
    const here = new TestDeployment(atExpiry);
    const first = here.process();
    await first();
    here.clock.moveTo(at("10:04:58.999"));
    expect(await tokenOf(first())).toBe("canary-token-1");
    expect(await tokenOf(here.vend())).toBe("canary-token-1");
    expect(here.asked).toHaveLength(1);
  });

  test("of a connection without a secret leaves nothing behind", async () => {
    const here = new TestDeployment(atExpiry);
    expect(await here.refusalOf({ account: "nobody" })).toMatchObject({
      code: "unknown-connection",
    });
    expect(here.table.items.size).toBe(0);
  });

  test("of a caller without the time to finish does not begin", async () => {
    const here = new TestDeployment(atExpiry);
    const refusal = await here.refusalOf({}, 6999);
    expect(refusal).toMatchObject({ code: "renewal-in-progress", retryAfterSeconds: 1 });
    expect(here.asked).toEqual([]);
    expect(here.table.items.size).toBe(0);
  });

  test("of a second connection with the same platform key is refused, naming the first", async () => {
    const here = new TestDeployment(atExpiry);
    here.secrets.set("other", { text: "canary-secret", version: "s1" });
    await here.vend();
    const refusal = await here.refusalOf({ account: "other" });
    expect(refusal).toMatchObject({
      code: "scope-conflict",
      message: expect.stringContaining("conferma/production/default"),
    });
    expect(here.asked).toHaveLength(1);
  });
});

describe("a token near its end", () => {
  test("is replaced once, not before its time, while callers wait", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:04:59.500"));
    expect(await tokenOf(here.vend())).toBe("canary-token-2");
    const [wait = 0] = here.clock.slept;
    expect(wait).toBeGreaterThanOrEqual(950);
    expect((await here.record())?.ledger.at(-1)).toMatchObject({ version: 2, reason: "expired" });
  });

  test("makes no caller wait past its deadline", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:04:59.000"));
    expect(await here.refusalOf({}, 1000)).toMatchObject({
      code: "renewal-in-progress",
      retryAfterSeconds: 2,
    });
    expect(here.asked).toHaveLength(1);
  });

  test("is replaced early where old and new coexist", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:10.000"));
    expect(await tokenOf(here.vend())).toBe("canary-token-2");
    expect((await here.record())?.ledger.at(-1)).toMatchObject({ reason: "scheduled" });
  });
});

describe("a rejection", () => {
  test("of the current version causes a renewal", async () => {
    const here = new TestDeployment(atExpiry);
    const process = here.process();
    await process();
    expect(await process({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
    expect((await here.record())?.ledger.at(-1)).toMatchObject({ reason: "rejected" });
  });

  test("by many callers causes one renewal", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    for (let n = 0; n < 10; n += 1) {
      expect(await here.vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
    }
    expect(here.asked).toHaveLength(2);
  });

  test("of a version that does not exist yet is refused", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const refusal = await here.refusalOf({ rejectedVersion: 2 });
    expect(refusal).toMatchObject({
      code: "invalid-request",
      message: "rejectedVersion: 2 does not exist yet; the current version is 1.",
    });
  });

  test("of the third fresh token opens the circuit breaker", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    for (const version of [1, 2, 3]) await here.vend({ rejectedVersion: version });
    expect(await here.refusalOf({ rejectedVersion: 4 })).toMatchObject({
      code: "contested",
      retryAfterSeconds: 300,
    });
    expect(await here.vend()).toMatchObject({ version: 4 });
    expect(here.asked).toHaveLength(4);
  });

  test("is settled when the provider answers the same token again", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => here.issued("canary-same");
    await here.vend();
    expect(await here.vend({ rejectedVersion: 1 })).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(2);
    expect(await here.record()).toMatchObject({ version: 1, fence: 2 });
  });
});

describe("a demand for validity", () => {
  test("causes one renewal where old and new coexist, and never a second", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:02:00.000"));
    expect(await here.vend({ minValiditySeconds: 200 })).toMatchObject({ version: 2 });
    const refusal = await here.refusalOf({ minValiditySeconds: 299 });
    expect(refusal).toMatchObject({ code: "validity-unavailable", retryAfterSeconds: null });
    expect(here.asked).toHaveLength(2);
  });

  test("gets the seconds until the handover where it may not renew", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:04:00.000"));
    const refusal = await here.refusalOf({ minValiditySeconds: 60 });
    expect(refusal).toMatchObject({ code: "validity-unavailable", retryAfterSeconds: 61 });
    expect(here.asked).toHaveLength(1);
  });
});

describe("a static key", () => {
  const withKey = () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    here.lifetime = { kind: "unlimited", until: null };
    here.answer = (secret) => here.issued(secret);
    return here;
  };

  test("follows its secret within five seconds", async () => {
    const here = withKey();
    expect(await tokenOf(here.vend())).toBe("canary-secret");
    here.secrets.set("default", { text: "canary-next", version: "s2" });
    here.clock.advance(5000);
    const credential = await here.vend();
    expect(credential).toMatchObject({ version: 2 });
    expect(credential.token.expose()).toBe("canary-next");
  });

  test("keeps its version while it does not change", async () => {
    const here = withKey();
    await here.vend();
    here.clock.advance(60_000);
    expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test("about to expire is refused as such, not as a malformed answer", async () => {
    const here = withKey();
    here.marginMs = 60_000;
    here.lifetime = { kind: "unlimited", until: at("10:00:30.000") };
    const outcome = await here.vend().then(
      () => "vended",
      ({ code }) => code,
    );
    expect(["vended", "credentials-rejected"]).toContain(outcome);
  });
});
