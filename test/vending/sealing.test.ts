import { describe, expect, test } from "vitest";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, early, onRotation } from "../support/policies.ts";

const unavailable = { code: "store-unavailable", retryAfterSeconds: 1 };

describe("without a data key for sealing", () => {
  test("the provider is not called; the lease ends, and the stored token stays usable", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:05:10.000"));
    here.keyFailures.prepare = 1;
    expect(await here.refusalOf()).toMatchObject(unavailable);
    expect(here.asked).toHaveLength(1);
    expect(await here.record()).toMatchObject({
      lease: null,
      doubtedAt: null,
      failure: { code: "store-unavailable", count: 1, refusedSecretVersion: null },
    });
  });

  test("all callers get the failure, and one tries again after the pause", async () => {
    const here = new TestDeployment(atExpiry);
    here.keyFailures.prepare = 1;
    await here.refusalOf();
    expect(await here.refusalOf()).toMatchObject({ code: "store-unavailable" });
    here.clock.advance(1000);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });

  test("a usable token is still vended", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:10.000"));
    here.keyFailures.prepare = 1;
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });

  test("a static key is still confirmed", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    here.lifetime = { kind: "unlimited", until: null };
    here.answer = () => here.issued("canary-key");
    await here.vend();
    here.clock.advance(5001);
    here.keyFailures.prepare = 1;
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.keyFailures.prepare).toBe(1);
  });
});

describe("an issued token without a data key", () => {
  test("is sealed as soon as there is a key, within its lease", async () => {
    const here = new TestDeployment(atExpiry);
    here.keyFailures.seal = 3;
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
    expect(here.clock.slept).toEqual([50, 100, 200]);
  });

  test("is not vended, and is recorded as a late issue, when its lease ends first", async () => {
    const here = new TestDeployment(atExpiry);
    here.keyFailures.seal = 100;
    expect(await here.refusalOf()).toMatchObject(unavailable);
    expect((await here.record())?.token).toBeNull();
    expect((await here.record())?.ledger).toMatchObject([{ outcome: "late", version: 1 }]);
    expect(here.log.join()).toContain("late-issue");
    expect(here.log.join()).not.toContain("canary-token");
  });
});

test("a token whose key is unavailable is neither replaced nor doubted", async () => {
  const here = new TestDeployment(atExpiry);
  const before = await here.vend();
  here.keyFailures.open = 1;
  expect(await here.refusalOf()).toMatchObject(unavailable);
  expect(await here.vend()).toEqual(before);
  expect(here.asked).toHaveLength(1);
  expect(here.log.join()).not.toContain("token-unreadable");
});
