import {
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  InvalidCiphertextException,
  KMSClient,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../functions/model/clock.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { systemClock } from "../../functions/platform/system-clock.ts";
import { kmsSealer } from "../../functions/sealing/kms-sealer.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { openSdkKms } from "../../functions/sealing/sdk-kms.ts";
import { at } from "../support/a-record.ts";
import {
  defaultSealedAs,
  describeSealer,
  neverAborted,
  openedBy,
  sealedAs,
} from "../support/describe-sealer.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { addKey, aKmsKey, optionsOf } from "../support/kms.ts";

const token = new Sensitive("canary-token");
/** Version byte, two bytes of length, a key as long as at AWS, the commitment to it, and what AES-GCM adds. */
const envelopeBytes = 1 + 2 + 184 + 32 + 28;

describe("the KMS sealer", () => {
  describeSealer(envelopeBytes, async () => {
    const { kms, keyArn, options } = await aKmsKey();
    return {
      sealer: kmsSealer(openSdkKms(options), keyArn, systemClock),
      elsewhere: kmsSealer(openSdkKms(options), keyArn, systemClock),
      ofAnotherKey: kmsSealer(openSdkKms(options), addKey(kms), systemClock),
      ofAnotherKind: localSealer(new Sensitive(new Uint8Array(32).fill(7))),
      stop: kms.stop,
    };
  });
});

/** A KMS with one key, its operator, and processes that seal with that key. */
async function aWorld(clock: Clock = systemClock) {
  const { kms, keyArn, options } = await aKmsKey();
  const operator = new KMSClient(options);
  onTestFinished(async () => {
    operator.destroy();
    await kms.stop();
  });
  return {
    kms,
    operator,
    keyArn,
    process: () => kmsSealer(openSdkKms(options), keyArn, clock),
    processInLayout: (layout: 1 | 2) =>
      kmsSealer(openSdkKms(options), keyArn, clock, { layout, previousKeyArn: null }),
    /** A process that has got another key, and opens what was sealed under this one. */
    processAfter: () =>
      kmsSealer(openSdkKms(options), addKey(kms), clock, { layout: 2, previousKeyArn: keyArn }),
    /** Data keys made and data keys opened since the last time. */
    counted() {
      const counts = [kms.requests.of("GenerateDataKey"), kms.requests.of("Decrypt")];
      expect(kms.requests.total()).toBe((counts[0] ?? 0) + (counts[1] ?? 0));
      kms.requests.reset();
      return counts;
    },
  };
}

describe("KMS is called", () => {
  test("once by a process that opens for the first time, and not again", async () => {
    const { process, counted } = await aWorld();
    const sealed = await process().seal(token, defaultSealedAs, neverAborted);
    expect(counted()).toEqual([1, 0]);

    const reader = process();
    for (let time = 0; time < 20; time += 1) expect(await openedBy(reader, sealed)).not.toBeNull();
    expect(counted()).toEqual([0, 1]);
  });

  test("once by many callers at the same instant", async () => {
    const { process, counted } = await aWorld();
    const sealer = process();
    const together = <T>(act: () => Promise<T>) => Promise.all(Array.from({ length: 20 }, act));
    const [sealed = new Uint8Array()] = await together(() =>
      sealer.seal(token, defaultSealedAs, neverAborted),
    );
    const reader = process();
    expect(new Set(await together(() => openedBy(reader, sealed)))).toEqual(
      new Set([token.expose()]),
    );
    expect(counted()).toEqual([1, 1]);
  });

  test("never to open what this process has sealed itself", async () => {
    const { process, counted } = await aWorld();
    const sealer = process();
    expect(
      await openedBy(sealer, await sealer.seal(token, defaultSealedAs, neverAborted)),
    ).not.toBeNull();
    expect(counted()).toEqual([1, 0]);
  });

  test("once where sealing was prepared, and then not to seal", async () => {
    const { kms, process, counted } = await aWorld();
    const sealer = process();
    await sealer.prepare(defaultSealedAs.connection, neverAborted);
    expect(counted()).toEqual([1, 0]);
    kms.injectFault({ fault: "fail" }, 100);
    await sealer.seal(token, defaultSealedAs, neverAborted);
    expect(counted()).toEqual([0, 0]);
  });

  test("for a new key by a renewal that might outlive the old one", async () => {
    const clock = new FixedClock(at("10:00:00.000"));
    const { process, counted } = await aWorld(clock);
    const sealer = process();
    await sealer.seal(token, defaultSealedAs, neverAborted);
    clock.moveTo(at("10:59:45.000"));
    await sealer.seal(token, defaultSealedAs, neverAborted);
    expect(counted()).toEqual([1, 0]);
    await sealer.prepare(defaultSealedAs.connection, neverAborted);
    expect(counted()).toEqual([1, 0]);
  });

  test("for a separate data key by each connection", async () => {
    const { process, counted } = await aWorld();
    const sealer = process();
    for (const account of ["a", "b", "a", "b"]) {
      await sealer.seal(token, sealedAs(`conferma/production/${account}`), neverAborted);
    }
    expect(counted()).toEqual([2, 0]);
  });

  test("for a new key after an hour; what the old one sealed still opens", async () => {
    const clock = new FixedClock(at("10:00:00.000"));
    const { process, counted } = await aWorld(clock);
    const sealer = process();
    const first = await sealer.seal(token, defaultSealedAs, neverAborted);
    clock.moveTo(at("10:59:59.999"));
    const second = await sealer.seal(token, defaultSealedAs, neverAborted);
    expect(counted()).toEqual([1, 0]);
    clock.moveTo(at("11:00:00.000"));
    const third = await sealer.seal(token, defaultSealedAs, neverAborted);
    expect(counted()).toEqual([1, 0]);
    for (const sealed of [first, second, third]) {
      expect(await openedBy(sealer, sealed)).toBe(token.expose());
    }
    // Once for the first key, which is an hour old.
    expect(counted()).toEqual([0, 1]);
  });

  test("for a new key after an hour in which the clock was set back, too", async () => {
    const clock = new FixedClock(at("10:00:00.000"));
    const { process, counted } = await aWorld(clock);
    const sealer = process();
    await sealer.seal(token, defaultSealedAs, neverAborted);
    clock.moveTo(at("10:59:59.999"));
    clock.moveTo(at("09:00:00.000"));
    await sealer.seal(token, defaultSealedAs, neverAborted);
    expect(counted()).toEqual([1, 0]);
    clock.advance(1);
    await sealer.seal(token, defaultSealedAs, neverAborted);
    expect(counted()).toEqual([1, 0]);
  });

  test("again for the least recently opened key, after a thousand others", async () => {
    const { process, counted } = await aWorld();
    const writer = process();
    const many = Array.from({ length: 1001 }, (_, n) => sealedAs(`conferma/production/${n}`));
    const sealed = await Promise.all(many.map((each) => writer.seal(token, each, neverAborted)));
    const reader = process();
    for (const [n, each] of many.entries()) {
      await openedBy(reader, sealed[n] ?? new Uint8Array(), each);
    }
    expect(counted()).toEqual([1001, 1001]);
    await openedBy(reader, sealed[1000] ?? new Uint8Array(), many[1000]);
    expect(counted()).toEqual([0, 0]);
    await openedBy(reader, sealed[0] ?? new Uint8Array(), many[0]);
    expect(counted()).toEqual([0, 1]);
  });

  test("never for bytes that the local sealer has sealed", async () => {
    const { process, counted } = await aWorld();
    const local = localSealer(new Sensitive(new Uint8Array(32).fill(7)));
    const sealed = await local.seal(token, defaultSealedAs, neverAborted);
    sealed[0] = 3;
    expect(await openedBy(process(), sealed)).toBeNull();
    expect(counted()).toEqual([0, 0]);
  });
});

describe("KMS is not called to open what", () => {
  test.each<[rule: string, change: (sealed: Uint8Array) => Uint8Array]>([
    ["is empty", () => new Uint8Array()],
    ["has no whole header", (sealed) => sealed.subarray(0, 2)],
    ["has no data key", (sealed) => Buffer.concat([Buffer.from([2, 0, 0]), sealed.subarray(3)])],
    ["ends within its data key", (sealed) => sealed.subarray(0, 186)],
    ["ends after its data key", (sealed) => sealed.subarray(0, 187)],
    ["has a later layout", (sealed) => Buffer.concat([Buffer.from([3]), sealed.subarray(1)])],
    ["has none", (sealed) => Buffer.concat([Buffer.from([0]), sealed.subarray(1)])],
  ])("%s", async (_, change) => {
    const { process, counted } = await aWorld();
    const sealed = await process().seal(token, defaultSealedAs, neverAborted);
    counted();
    expect(await process().open(change(sealed), defaultSealedAs, neverAborted)).toBeNull();
    expect(counted()).toEqual([0, 0]);
  });
});

async function refusalOf(work: Promise<unknown>): Promise<VendingError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof VendingError) return error;
  throw new Error("It works, or fails otherwise.", { cause: error });
}

describe("a KMS that fails makes the store unavailable", () => {
  test.each([
    ["throttles", { fault: "throttle" }, "refused (ThrottlingException)"],
    ["fails", { fault: "fail" }, "did not answer (KMSInternalException)"],
    ["refuses the role", { fault: "deny" }, "refused (AccessDeniedException)"],
    ["hangs up", { fault: "disconnect" }, "did not answer (TimeoutError)"],
  ] as const)("when it %s, and is called again the next time", async (_, misbehaviour, did) => {
    const { kms, process } = await aWorld();
    const sealed = await process().seal(token, defaultSealedAs, neverAborted);
    const sealer = process();
    kms.injectFault(misbehaviour, 3);
    for (const work of [
      () => sealer.prepare(defaultSealedAs.connection, neverAborted),
      () => sealer.seal(token, defaultSealedAs, neverAborted),
      () => sealer.open(sealed, defaultSealedAs, neverAborted),
    ]) {
      const refusal = await refusalOf(work());
      expect(refusal).toMatchObject({ code: "store-unavailable", retryAfterSeconds: 1 });
      expect(refusal.message).toBe(`KMS ${did}.`);
      expect(refusal.cause).toBeUndefined();
    }
    expect(
      await openedBy(sealer, await sealer.seal(token, defaultSealedAs, neverAborted)),
    ).not.toBeNull();
    expect(await openedBy(sealer, sealed)).not.toBeNull();
  });

  test("when the key is disabled, until it is enabled again; a warm process continues", async () => {
    const { operator, keyArn, process } = await aWorld();
    const [warm, cold] = [process(), process()];
    const sealed = await warm.seal(token, defaultSealedAs, neverAborted);
    await operator.send(new DisableKeyCommand({ KeyId: keyArn }));
    const refusal = await refusalOf(cold.open(sealed, defaultSealedAs, neverAborted));
    expect(refusal.message).toBe("KMS refused (DisabledException).");
    expect(await openedBy(warm, sealed)).not.toBeNull();
    await operator.send(new EnableKeyCommand({ KeyId: keyArn }));
    expect(await openedBy(cold, sealed)).not.toBeNull();
  });

  test("when the key is pending deletion, and when there is none", async () => {
    const { operator, keyArn, process, kms } = await aWorld();
    await operator.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn }));
    const deleted = await refusalOf(process().seal(token, defaultSealedAs, neverAborted));
    expect(deleted.message).toBe("KMS refused (KMSInvalidStateException).");

    const unknown = keyArn.replace(/[^/]+$/, "1234abcd-12ab-34cd-56ef-1234567890ab");
    const sealer = kmsSealer(openSdkKms(optionsOf(kms)), unknown, systemClock);
    const refusal = await refusalOf(sealer.seal(token, defaultSealedAs, neverAborted));
    expect(refusal.message).toBe("KMS refused (NotFoundException).");
    expect(refusal.message).not.toContain(unknown);
  });

  test("when the caller's time is up; another caller still gets the answer", async () => {
    const { kms, process } = await aWorld();
    const sealed = await process().seal(token, defaultSealedAs, neverAborted);
    const sealer = process();
    kms.injectFault({ operation: "Decrypt", delayMs: 100 });
    const hurried = new AbortController();
    const early = refusalOf(sealer.open(sealed, defaultSealedAs, hurried.signal));
    const late = openedBy(sealer, sealed);
    hurried.abort();
    expect((await early).message).toBe("KMS did not answer (AbortError).");
    expect((await refusalOf(sealer.open(sealed, defaultSealedAs, hurried.signal))).code).toBe(
      "store-unavailable",
    );
    expect(await late).toBe(token.expose());
  });
});

test("the data key precedes the token, and KMS decrypts it for its connection only (P11, P12)", async () => {
  const { operator, keyArn, process } = await aWorld();
  const sealed = await process().seal(token, defaultSealedAs, neverAborted);
  expect([...sealed.subarray(0, 3)]).toEqual([2, 0, 184]);
  const CiphertextBlob = sealed.subarray(3, 3 + 184);
  const decrypt = (EncryptionContext?: Record<string, string>) =>
    operator.send(
      new DecryptCommand({
        KeyId: keyArn,
        CiphertextBlob,
        ...(EncryptionContext && { EncryptionContext }),
      }),
    );
  expect((await decrypt({ connection: defaultSealedAs.connection })).Plaintext).toHaveLength(32);
  for (const context of [undefined, { connection: "conferma/production/other" }]) {
    await expect(decrypt(context)).rejects.toBeInstanceOf(InvalidCiphertextException);
  }
});

test("what was sealed before the key was rotated opens after it", async () => {
  const { operator, keyArn, process } = await aWorld();
  const sealed = await process().seal(token, defaultSealedAs, neverAborted);
  await operator.send(new RotateKeyOnDemandCommand({ KeyId: keyArn }));
  const later = process();
  expect(await openedBy(later, sealed)).toBe(token.expose());
  expect(await openedBy(process(), await later.seal(token, defaultSealedAs, neverAborted))).toBe(
    token.expose(),
  );
});

test("processes that seal in different layouts open each other's tokens", async () => {
  const { processInLayout } = await aWorld();
  const [earlier, later] = [processInLayout(1), processInLayout(2)];
  const inLayout1 = await earlier.seal(token, defaultSealedAs, neverAborted);
  const inLayout2 = await later.seal(token, defaultSealedAs, neverAborted);
  expect([inLayout1[0], inLayout2[0]]).toEqual([1, 2]);
  expect(inLayout2.byteLength - inLayout1.byteLength).toBe(32);
  for (const sealed of [inLayout1, inLayout2]) {
    expect(await openedBy(earlier, sealed)).toBe(token.expose());
    expect(await openedBy(later, sealed)).toBe(token.expose());
  }
});

test("after a change of the key, what the previous one sealed still opens, and is sealed by the new one", async () => {
  const { process, processAfter } = await aWorld();
  const sealed = await process().seal(token, defaultSealedAs, neverAborted);
  const after = processAfter();
  expect(await openedBy(after, sealed)).toBe(token.expose());
  const anew = await after.seal(token, defaultSealedAs, neverAborted);
  expect(await openedBy(after, anew)).toBe(token.expose());
  expect(await openedBy(process(), anew)).toBeNull();
});
