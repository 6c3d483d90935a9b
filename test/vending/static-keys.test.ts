import { describe, expect, test } from "vitest";
import type { NotIssued } from "../../functions/model/provider.ts";
import type { SecretSource } from "../../functions/model/secret-source.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { confirmKey } from "../../functions/vending/issuing/commit-token.ts";
import { aLease, aRecord, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, onRotation, onRotationWithProbe } from "../support/policies.ts";

/** A key without a probe, vended at ten. */
async function withKey(expiresAt: Date | null = null, callsProvider = false) {
  const here = new TestDeployment(callsProvider ? onRotationWithProbe : onRotation);
  here.callsProvider = callsProvider;
  here.lifetime = { kind: "unlimited", until: expiresAt };
  here.answer = (secret) => here.issued(secret, expiresAt);
  await here.vend();
  return here;
}

const day = (date: string) => new Date(`${date}T10:00:00.000Z`);

describe("a key that expires", () => {
  test("within thirty days is logged once an hour, with the days left", async () => {
    const here = await withKey(day("2026-11-30"));
    const warnedAt = async (time: string) => {
      here.log.length = 0;
      here.clock.moveTo(at(time));
      await here.vend();
      return here.logged("key-expires-soon");
    };
    expect(await warnedAt("10:59:59.999")).toEqual([]);
    const [line, ...others] = await warnedAt("11:00:10.000");
    expect(line).toMatchObject({
      level: "warn",
      connection: "conferma/production/default",
      expiresAt: "2026-11-30T10:00:00.000Z",
      days: 9,
    });
    expect(others).toEqual([]);
    expect(await warnedAt("11:30:00.000")).toEqual([]);
    expect(await warnedAt("11:59:59.999")).toEqual([]);
    expect(await warnedAt("13:00:00.000")).toHaveLength(1);
  });

  test.each([
    ["in thirty days and an hour is not spoken of yet", "2026-12-20T12:00:00.000Z", []],
    ["in thirty days to the moment is", "2026-12-20T11:00:00.000Z", [30]],
    ["in a moment is", "2026-11-20T11:01:00.000Z", [0]],
  ])("%s", async (_, expiresAt, days) => {
    const here = await withKey(new Date(expiresAt));
    here.clock.moveTo(at("11:00:00.000"));
    await here.vend();
    expect(here.logged("key-expires-soon").map((line) => line["days"])).toEqual(days);
  });

  test("at no known time is not logged", async () => {
    const here = await withKey();
    here.clock.moveTo(at("11:00:10.000"));
    await here.vend();
    expect(here.logged("key-expires-soon")).toEqual([]);
  });

  test("too soon to be used is refused as such, with what to do", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    here.lifetime = { kind: "unlimited", until: at("10:00:00.500") };
    here.answer = (secret) => here.issued(secret);
    expect(await here.refusalOf()).toMatchObject({
      code: "credentials-rejected",
      message: "This key is about to expire. Put its successor into the secret.",
    });
    expect(await here.record()).toMatchObject({ doubtedAt: null, token: null });
  });
});

describe("a check of the secret that finds the same key", () => {
  test("confirms it until the next check, without calling the provider", async () => {
    const here = await withKey();
    here.clock.moveTo(at("10:00:05.000"));
    expect(await here.vend()).toMatchObject({ version: 1 });
    const record = await here.record();
    expect(record).toMatchObject({ version: 1, fence: 2, lease: null, ledger: [] });
    expect(record?.token).toMatchObject({
      committedBy: "process-2.1",
      renewAt: at("10:00:10.000"),
    });
    expect(here.logged("token-issued")).toHaveLength(1);
  });

  test("issues it again where a wrong clock wrote the record, so that its instants are right", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    here.lifetime = { kind: "unlimited", until: null };
    here.answer = (secret) => here.issued(secret);
    await here.processAhead(3_600_000)();
    expect(await here.record()).toMatchObject({ damage: ["token"] });
    here.clock.moveTo(at("10:00:05.000"));
    expect(await here.vend()).toMatchObject({ version: 1, issuedAt: at("10:00:05.000") });
    expect(await here.record()).toMatchObject({ damage: [] });
  });

  test("is not stored by a holder that lost its lease; the key is vended as stored", async () => {
    const here = await withKey();
    here.clock.moveTo(at("10:00:05.000"));
    const { store } = here.dependencies();
    const commit: TokenStore["commit"] = async () => null;
    expect(await here.process({ store: { ...store, commit } })()).toMatchObject({ version: 1 });
    expect(await here.record()).toMatchObject({ fence: 2, lease: { reason: "scheduled" } });
  });

  test("is for static keys alone", async () => {
    for (const [policy, token] of [
      [atExpiry, aRecord().token],
      [onRotation, null],
    ] as const) {
      const deps = new TestDeployment(policy).dependencies();
      const held = { record: aRecord({ token }), lease: aLease() };
      await expect(confirmKey(deps, held, new AbortController().signal)).rejects.toMatchObject({
        code: "internal",
        message: "Only a stored static key can be confirmed.",
      });
    }
  });
});

describe("a key that a caller reports", () => {
  const reported = { rejectedVersion: 1 };
  const unchanged = {
    code: "credentials-rejected",
    message:
      "This key has been reported, and the secret still holds it. Put a new key into the secret, or find out why the provider refuses this one.",
  };

  test("without a probe is refused to that caller, with what to do, and vended to others", async () => {
    const here = await withKey();
    here.clock.moveTo(at("10:00:30.000"));
    expect(await here.refusalOf(reported)).toMatchObject(unchanged);
    expect(await here.vend()).toMatchObject({ version: 1 });
    here.clock.advance(3_600_000);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toEqual([]);
    expect(await here.record()).toMatchObject({ failure: null, lease: null });
  });

  test("causes a read of the secret at most every five seconds, while every report is counted", async () => {
    const here = await withKey();
    here.clock.moveTo(at("10:00:30.000"));
    let reads = 0;
    const { secrets } = here.dependencies();
    const read: SecretSource["read"] = (...wanted) => {
      reads += 1;
      return secrets.read(...wanted);
    };
    const process = here.process({ secrets: { read } });
    for (let n = 0; n < 20; n += 1) {
      await expect(process(reported)).rejects.toMatchObject(unchanged);
      here.clock.advance(500);
    }
    expect(reads).toBe(2);
    expect(here.logged("key-rejected")).toMatchObject(
      Array(2).fill({ level: "warn", connection: "conferma/production/default", version: 1 }),
    );
    expect(here.measured.filter(([measure]) => measure === "KeyRejections")).toHaveLength(20);
  });

  test("is replaced at once where the secret holds another", async () => {
    const here = await withKey();
    here.clock.moveTo(at("10:00:30.000"));
    here.secrets.set("default", { text: "canary-next", version: "s2" });
    expect((await here.vend(reported)).token.expose()).toBe("canary-next");
    expect(here.logged("key-rejected")).toEqual([]);
  });
});

describe("a key with a probe that a caller reports", () => {
  const reported = { rejectedVersion: 1 };
  const refused: NotIssued = {
    kind: "not-issued",
    code: "credentials-rejected",
    detail: "The provider refuses this key.",
    mayHaveIssued: false,
    retryAfterMs: null,
  };

  test("is vended if the provider accepts it, for five seconds to every caller that reports it", async () => {
    const here = await withKey(null, true);
    here.clock.moveTo(at("10:00:30.000"));
    for (let n = 0; n < 10; n += 1) expect(await here.vend(reported)).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(2);
    here.clock.advance(5000);
    expect(await here.vend(reported)).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(3);
  });

  test("is probed although its secret has just been read", async () => {
    const here = await withKey(null, true);
    here.clock.moveTo(at("10:00:30.000"));
    await here.vend();
    expect(here.asked).toHaveLength(1);
    here.answer = () => refused;
    expect(await here.refusalOf(reported)).toMatchObject({ message: refused.detail });
    expect(here.asked).toHaveLength(2);
  });

  test("is refused to all callers once the provider refuses it, until the secret changes", async () => {
    const here = await withKey(null, true);
    here.clock.moveTo(at("10:00:30.000"));
    here.answer = () => refused;
    await here.refusalOf(reported);
    here.clock.advance(3_600_000);
    expect(await here.refusalOf()).toMatchObject({ code: "credentials-rejected" });
    expect(here.asked).toHaveLength(2);
    here.answer = (secret) => here.issued(secret);
    here.secrets.set("default", { text: "canary-next", version: "s2" });
    expect((await here.vend()).token.expose()).toBe("canary-next");
  });

  test.each([
    ["cannot be checked", { ...refused, code: "provider-unavailable" } as const, "canary-next"],
    ["is refused too", refused, "canary-next"],
    ["cannot be read", refused, ""],
  ])(
    "that the provider has refused is vended to nobody while the next key %s",
    async (_, answer, next) => {
      const here = await withKey(null, true);
      here.clock.moveTo(at("10:00:30.000"));
      here.answer = () => refused;
      await here.refusalOf(reported);
      here.secrets.set("default", { text: next, version: "s2" });
      here.answer = () => answer;
      for (let n = 0; n < 3; n += 1) {
        await here.refusalOf();
        here.clock.advance(600_000);
      }
      here.answer = (secret) => here.issued(secret);
      here.secrets.set("default", { text: "canary-third", version: "s3" });
      expect((await here.vend()).token.expose()).toBe("canary-third");
    },
  );

  test("is vended again when the provider accepts it again, from the secret", async () => {
    const here = await withKey(null, true);
    here.clock.moveTo(at("10:00:30.000"));
    here.answer = () => refused;
    await here.refusalOf(reported);
    here.secrets.set("default", { text: "canary-next", version: "s2" });
    await here.refusalOf();
    here.answer = (secret) => here.issued(secret);
    here.secrets.set("default", { text: "canary-secret", version: "s1" });
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.record()).toMatchObject({ doubtedAt: null });
  });

  test("is vended while the probe fails", async () => {
    const here = await withKey(null, true);
    here.clock.moveTo(at("10:00:30.000"));
    here.answer = () => ({ ...refused, code: "provider-unavailable" });
    expect(await here.refusalOf(reported)).toMatchObject({ code: "provider-unavailable" });
    expect(await here.vend()).toMatchObject({ version: 1 });
  });
});

describe("a static key that was sealed with another key and does not open", () => {
  test("is sealed again at once with the same version, and is no rejection", async () => {
    const here = await withKey();
    here.sealingKey = 8;
    expect((await here.vend()).token.expose()).toBe("canary-secret");
    expect(await here.record()).toMatchObject({
      version: 1,
      fence: 2,
      rejections: null,
      doubtedAt: null,
    });
    expect(here.logged("token-unreadable")).toMatchObject([
      {
        level: "error",
        connection: "conferma/production/default",
        version: 1,
        fingerprint: here.dependencies().fingerprint("canary-secret"),
      },
    ]);
  });

  test("is sealed again by the first vend that comes after its recheck is due as well", async () => {
    const here = await withKey();
    here.sealingKey = 8;
    here.clock.moveTo(at("10:00:30.000"));
    expect((await here.vend()).token.expose()).toBe("canary-secret");
    expect(await here.record()).toMatchObject({ version: 1, fence: 3, lease: null });
    here.clock.moveTo(at("10:01:00.000"));
    expect((await here.vend()).version).toBe(1);
    expect(here.logged("token-unreadable")).toHaveLength(1);
  });
});
