import { describe, expect, test } from "vitest";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { aFailedIssue, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, byConsent, early } from "../support/policies.ts";

const refused = aFailedIssue({
  code: "credentials-rejected",
  detail: "The provider refuses these.",
});

const consented = {
  refreshToken: new Sensitive("refresh-1"),
  refreshEndsAt: null,
  grantedScope: null,
  subject: null,
  customer: null,
};

/** A process took the lease long ago and crashed. */
function abandonLease(here: TestDeployment): void {
  const [pk = "", item] = [...here.table.items].find(([key]) => !key.includes("~")) ?? [];
  const past = { N: String(Number(here.clock.now()) - 10_000) };
  const lease = { leaseOwner: { S: "vanished" }, leaseReason: { S: "expired" } };
  here.table.items.set(pk, { ...item, ...lease, leaseSince: past, leaseUntil: past });
}

/** A process that records the maximum secret age of each read. */
function processWithAges(here: TestDeployment) {
  const { secrets } = here.dependencies();
  const ages: number[] = [];
  const read: typeof secrets.read = (account, maxAgeMs, signal) => {
    ages.push(maxAgeMs);
    return secrets.read(account, maxAgeMs, signal);
  };
  return { process: here.process({ secrets: { read } }), ages };
}

describe("refused credentials", () => {
  const finalRefusal = {
    code: "credentials-rejected",
    retryAfterSeconds: null,
    message: "The provider has refused these credentials. Put others into the secret.",
  };

  test("are not sent again by a process that takes a lease over", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => refused;
    await here.refusalOf();
    abandonLease(here);
    expect(await here.refusalOf()).toMatchObject(finalRefusal);
    expect(here.asked).toHaveLength(1);
    expect(await here.record()).toMatchObject({ failure: { detail: finalRefusal.message } });
  });

  test("are sent again to redeem a new consent: only the provider knows what it accepts now", async () => {
    const here = new TestDeployment(byConsent);
    here.consented = consented;
    await here.consent();
    here.clock.moveTo(at("10:06:00.000"));
    here.answer = () => refused;
    await here.refusalOf();
    here.answer = () => here.issued();
    expect(await here.consent("code-2")).toMatchObject({ version: 2, failure: null });
    expect(here.asked).toEqual(["canary-secret", "canary-secret", "canary-secret"]);
  });

  test("are not sent again by a process whose cache still holds them (P10)", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => refused;
    await here.refusalOf();
    here.cachedSecret = { text: "canary-secret", version: "s1" };
    here.secrets.set("default", { text: "next secret", version: "s2" });
    here.answer = () => here.issued();
    abandonLease(here);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toEqual(["canary-secret", "next secret"]);
    expect(await here.record()).toMatchObject({ fence: 2 });
  });

  test("end the cache's five minutes: the next attempt reads the secret itself (P10)", async () => {
    const here = new TestDeployment(atExpiry);
    const { process, ages } = processWithAges(here);
    await process();
    here.answer = () => refused;
    await expect(process({ rejectedVersion: 1 })).rejects.toMatchObject({ code: refused.code });
    expect(ages.slice(0, 2)).toEqual([300_000, 300_000]);
    ages.length = 0;
    abandonLease(here);
    await expect(process()).rejects.toMatchObject(finalRefusal);
    expect(new Set(ages)).toEqual(new Set([0]));
  });

  test("are looked up past the cache's five minutes, once a second (P10)", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => refused;
    await here.refusalOf();
    const { process, ages } = processWithAges(here);
    await expect(process()).rejects.toMatchObject({ code: "credentials-rejected" });
    expect(ages).toEqual([1000]);
  });

  test("stay refused when a failure of another kind comes after them (P9)", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => refused;
    await here.refusalOf();
    abandonLease(here);
    const unavailable = new VendingError("secret-unavailable", "made up", 1);
    const secrets = { read: () => Promise.reject(unavailable) };
    await expect(here.process({ secrets })()).rejects.toMatchObject({ code: "secret-unavailable" });

    here.clock.advance(60_000);
    expect(await here.refusalOf()).toMatchObject(finalRefusal);
    expect(here.asked).toHaveLength(1);

    here.secrets.set("default", { text: "next secret", version: "s2" });
    here.answer = () => here.issued();
    expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test.each([
    ["provider", "provider-unavailable"],
    ["key", "store-unavailable"],
  ])(
    "no longer count once their successor has been tried, even if the %s fails",
    async (what, code) => {
      const here = new TestDeployment(atExpiry);
      here.answer = () => refused;
      await here.refusalOf();
      here.secrets.set("default", { text: "next secret", version: "s2" });
      here.answer = () => aFailedIssue();
      if (what === "key") here.keyFailures.prepare = 1;
      expect(await here.refusalOf()).toMatchObject({ code });

      // Secrets Manager fails, so no process can tell that the secret has changed.
      const unavailable = new VendingError("secret-unavailable", "made up", 1);
      const secrets = { read: () => Promise.reject(unavailable) };
      for (let n = 0; n < 5; n += 1) {
        here.clock.advance(60_000);
        const problem = await here
          .process({ secrets })()
          .catch((error) => error);
        expect(problem).toMatchObject({
          code: "secret-unavailable",
          retryAfterSeconds: expect.any(Number),
        });
      }

      here.clock.advance(60_000);
      here.answer = () => here.issued();
      expect(await here.vend()).toMatchObject({ version: 1 });
      const sent = what === "key" ? [] : ["next secret"];
      expect(here.asked).toEqual(["canary-secret", ...sent, "next secret"]);
    },
  );
});

describe("a provider that is down", () => {
  test("is called once, and all callers are told when to retry", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => aFailedIssue({ code: "provider-throttled", retryAfterMs: 7000 });
    const told = { code: "provider-throttled", retryAfterSeconds: 7 };
    expect(await here.refusalOf()).toMatchObject(told);
    expect(await here.refusalOf()).toMatchObject(told);
    expect(here.asked).toHaveLength(1);
    here.clock.advance(7000);
    await here.refusalOf();
    expect(here.asked).toHaveLength(2);
  });

  test("does not keep a usable token from any caller", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:10.000"));
    here.answer = () => aFailedIssue({ retryAfterMs: 20_000 });
    for (let n = 0; n < 5; n += 1) expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(2);
    expect(await here.record()).toMatchObject({ failure: { count: 1 }, doubtedAt: null });
  });

  test("is called less often after each failure", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => aFailedIssue();
    for (const seconds of [1, 2, 3]) {
      expect(await here.refusalOf()).toMatchObject({ retryAfterSeconds: seconds });
      here.clock.advance(seconds * 1000);
    }
    expect(await here.record()).toMatchObject({ failure: { count: 3 } });
  });

  test("clears its failures with its next token", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => aFailedIssue();
    await here.refusalOf();
    here.clock.advance(60_000);
    here.answer = () => here.issued();
    await here.vend();
    expect(await here.record()).toMatchObject({ failure: null, version: 1 });
  });
});

describe("an answer that was lost", () => {
  const lost = aFailedIssue({ mayHaveIssued: true });

  test("leaves the token in doubt that it may have revoked", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.answer = () => lost;
    await here.refusalOf({ rejectedVersion: 1 });
    expect(await here.record()).toMatchObject({ doubtedAt: expect.any(Date), version: 1 });
    here.answer = () => here.issued();
    here.clock.advance(60_000);
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(await here.record()).toMatchObject({
      doubtedAt: null,
      ledger: [{}, {}, { reason: "takeover" }],
    });
  });

  test("changes nothing where old and new coexist", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:10.000"));
    here.answer = () => lost;
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.record()).toMatchObject({ doubtedAt: null });
  });
});

describe("credentials that are refused", () => {
  test("are not tried again by any process until the secret changes", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => refused;
    for (let n = 0; n < 3; n += 1) {
      expect(await here.refusalOf()).toMatchObject({
        code: "credentials-rejected",
        retryAfterSeconds: null,
      });
      here.clock.advance(3_600_000);
    }
    expect(here.asked).toEqual(["canary-secret"]);
    here.secrets.set("default", { text: "canary-rotated", version: "s2" });
    here.answer = () => here.issued();
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toEqual(["canary-secret", "canary-rotated"]);
  });

  test("are tried once more when the secret has just changed", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = (secret) => {
      here.secrets.set("default", { text: "canary-rotated", version: "s2" });
      return secret === "canary-rotated" ? here.issued() : refused;
    };
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toEqual(["canary-secret", "canary-rotated"]);
    expect((await here.record())?.token).toMatchObject({ secretVersion: "s2" });
  });

  test("are not tried again while their secret cannot be read", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => refused;
    await here.refusalOf();
    const secrets = { read: () => Promise.reject(new Error("made up")) };
    await expect(here.process({ secrets })()).rejects.toMatchObject({
      code: "credentials-rejected",
      message: "The provider refuses these.",
    });
    expect(here.asked).toHaveLength(1);
  });

  test("in a malformed secret are not sent, and not in the ledger", async () => {
    const here = new TestDeployment(atExpiry);
    here.secrets.set("default", { text: "", version: "s1" });
    for (let n = 0; n < 2; n += 1) {
      expect(await here.refusalOf()).toMatchObject({
        code: "secret-malformed",
        message: "clientId: is missing.",
      });
    }
    expect(here.asked).toEqual([]);
    expect(await here.record()).toMatchObject({
      ledger: [],
      failure: { refusedSecretVersion: "s1" },
    });
    here.secrets.set("default", { text: "canary-mended", version: "s2" });
    expect(await here.vend()).toMatchObject({ version: 1 });
  });
});

describe("a token that has expired when it arrives", () => {
  test("is not vended, and not requested again at once", async () => {
    const here = new TestDeployment(atExpiry);
    here.lifetime = { kind: "stated", atLeastMs: 100, atMostMs: 1100 };
    expect(await here.refusalOf()).toMatchObject({ code: "provider-malformed" });
    expect(await here.refusalOf()).toMatchObject({ code: "provider-malformed" });
    expect(here.asked).toHaveLength(1);
  });
});

describe("a table that fails", () => {
  test("while a token is being stored is tried again, and the token is vended after that", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => {
      here.faults.push("unavailable", "unavailable");
      return here.issued();
    };
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
    expect(await here.record()).toMatchObject({ version: 1, lease: null });
  });

  test("whose answers are lost is tried again, and counts one version", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => {
      here.faults.push("answer-lost", "repeated");
      return here.issued();
    };
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.record()).toMatchObject({ version: 1, fence: 1, lease: null });
  });

  test("until the lease ends loses the token: it is not vended, and its successor is in doubt", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:06:00.000"));
    here.answer = () => {
      here.faults.push(...Array.from({ length: 50 }, () => "unavailable" as const));
      return here.issued();
    };
    expect(await here.refusalOf()).toMatchObject({ code: "store-unavailable" });
    here.faults.length = 0;
    expect(await here.record()).toMatchObject({ version: 1, lease: { reason: "expired" } });
    here.answer = () => here.issued();
    here.clock.advance(10_000);
    expect((await here.vend()).token.expose()).toBe("canary-token-3");
    expect((await here.record())?.ledger.at(-1)).toMatchObject({ reason: "takeover", version: 2 });
  });
});

describe("a token that was sealed with another key and does not open", () => {
  test("is replaced", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.sealingKey = 8;
    expect(await here.vend()).toMatchObject({ version: 2 });
  });

  test("is replaced when its bytes are those of another version", async () => {
    const here = new TestDeployment(atExpiry);
    const first = await here.vend();
    const [[pk, { sealed }] = ["", {}]] = [...here.table.items].filter(
      ([, item]) => item["sealed"],
    );
    await here.vend({ rejectedVersion: 1 });
    if (!sealed) throw new Error("Nothing is sealed.");
    here.table.items.set(pk, { ...here.table.items.get(pk), sealed });
    expect((await here.vend()).token.expose()).not.toBe(first.token.expose());
  });

  test("is not replaced during a back-off", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:10.000"));
    here.answer = () => aFailedIssue({ retryAfterMs: 20_000 });
    await here.vend();
    here.sealingKey = 8;
    for (let n = 0; n < 3; n += 1) await here.refusalOf();
    expect(here.asked).toHaveLength(2);
  });

  test("does not justify taking a living holder's lease", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:10.000"));
    here.answer = async () => {
      here.answer = () => here.issued();
      here.sealingKey = 8;
      expect(await here.refusalOf({}, 8000)).toMatchObject({ code: "renewal-in-progress" });
      return aFailedIssue();
    };
    await here.vend().catch(() => {});
    expect(here.asked).toHaveLength(2);
  });
});

test("no part of a token or a secret is ever logged", async () => {
  const here = new TestDeployment(atExpiry);
  await here.vend();
  here.answer = () => refused;
  await here.refusalOf({ rejectedVersion: 1 });
  here.sealingKey = 8;
  await here.refusalOf();
  expect(here.log.length).toBeGreaterThan(2);
  expect(here.log.join("")).not.toContain("canary");
});
