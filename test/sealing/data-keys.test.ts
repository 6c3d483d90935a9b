import type { KMSClient } from "@aws-sdk/client-kms";
import {
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSServiceException,
} from "@aws-sdk/client-kms";
import { describe, expect, test } from "vitest";
import { dataKeys } from "../../functions/sealing/data-keys.ts";
import { sdkKms } from "../../functions/sealing/sdk-kms.ts";
import { at } from "../support/a-record.ts";
import { neverAborted, sealedAs } from "../support/describe-sealer.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const { connection } = sealedAs("conferma/production/default");
const Plaintext = new Uint8Array(32).fill(1);
const CiphertextBlob = new Uint8Array(184).fill(2);

/** Data keys of a KMS that gives each answer in turn; an answer that is no object is thrown. */
function keysOf(...answers: readonly unknown[]) {
  return keysUnder(null, ...answers);
}

function keysUnder(previousKeyArn: string | null, ...answers: readonly unknown[]) {
  const left = [...answers];
  const clock = new FixedClock(at("10:00:00.000"));
  const asked: object[] = [];
  const send = async ({ input }: { readonly input: object }) => {
    asked.push(input);
    const answer = left.shift();
    if (answer instanceof Error || typeof answer !== "object") throw answer;
    return answer;
  };
  const client = { send } as object as KMSClient;
  const keys = dataKeys(sdkKms(client), "arn:of-a-key", clock, previousKeyArn);
  return {
    asked,
    clock,
    generated: () => keys.forSealing(connection, neverAborted),
    prepared: () => keys.forSealing(connection, neverAborted, true),
    opened: (encrypted = CiphertextBlob) => keys.forOpening(connection, encrypted, neverAborted),
  };
}

const outage = (why: string) => ({
  code: "store-unavailable",
  message: `KMS did not answer (${why}).`,
  retryAfterSeconds: 1,
});
/** Not an outage: KMS has answered that it may not, or cannot for now. */
const denial = (why: string) => ({ ...outage(why), message: `KMS refused (${why}).` });

describe("a new data key", () => {
  test.each([
    ["clear", { CiphertextBlob }],
    ["encrypted", { Plaintext }],
  ])("without its %s half is an outage, and is requested again", async (_, answer) => {
    const { generated } = keysOf(answer, { Plaintext, CiphertextBlob });
    await expect(generated()).rejects.toMatchObject(outage("NoKeyError"));
    const { keys, encrypted } = await generated();
    expect([keys.dataKey.export(), encrypted]).toEqual([Buffer.from(Plaintext), CiphertextBlob]);
  });

  test("is requested with its connection as context", async () => {
    const { asked, generated } = keysOf({ Plaintext, CiphertextBlob });
    await generated();
    const EncryptionContext = { connection };
    expect(asked).toEqual([{ KeyId: "arn:of-a-key", KeySpec: "AES_256", EncryptionContext }]);
  });

  test("that fails with something other than an Error is an outage too", async () => {
    await expect(keysOf("canary").generated()).rejects.toMatchObject(outage("unknown error"));
  });
});

const $metadata = {};

describe("an encrypted data key does not open", () => {
  test.each([
    ["that KMS finds invalid", new InvalidCiphertextException({ message: "", $metadata })],
    ["of another KMS key", new IncorrectKeyException({ message: "", $metadata })],
    ["that KMS answers without its clear half", {}],
  ])("%s, and KMS is not asked again", async (_, answer) => {
    const { opened } = keysOf(answer, { Plaintext });
    expect(await opened()).toBeNull();
    expect(await opened()).toBeNull();
    const another = await opened(Buffer.from("another"));
    expect(another?.dataKey.export()).toEqual(Buffer.from(Plaintext));
  });
});

const newKey = { Plaintext, CiphertextBlob };
const minutes = (count: number) => count * 60_000;

describe("a data key seals", () => {
  test("a thousand times, and for an hour", async () => {
    const { asked, clock, generated } = keysOf(newKey, newKey, newKey);
    for (let time = 1; time <= 1000; time += 1) await generated();
    expect(asked).toHaveLength(1);
    await generated();
    expect(asked).toHaveLength(2);
    clock.advance(minutes(60) - 1);
    await generated();
    expect(asked).toHaveLength(2);
    clock.advance(1);
    await generated();
    expect(asked).toHaveLength(3);
  });

  test("what a renewal will need: if not, it is replaced before the provider is called", async () => {
    const nearlyOld = keysOf(newKey, newKey);
    await nearlyOld.generated();
    nearlyOld.clock.advance(minutes(59.5) - 1);
    await nearlyOld.prepared();
    expect(nearlyOld.asked).toHaveLength(1);
    nearlyOld.clock.advance(1);
    await nearlyOld.prepared();
    expect(nearlyOld.asked).toHaveLength(2);

    const nearlyUsed = keysOf(newKey, newKey);
    for (let time = 1; time <= 997; time += 1) await nearlyUsed.generated();
    await nearlyUsed.prepared();
    await nearlyUsed.prepared();
    await nearlyUsed.generated();
    expect(nearlyUsed.asked).toHaveLength(1);
    await nearlyUsed.prepared();
    expect(nearlyUsed.asked).toHaveLength(2);
  });
});

const failure = (name: string, $fault: "client" | "server") =>
  new KMSServiceException({ name, $fault, $metadata });

describe("a data key opens for an hour", () => {
  const timeout = new Error("too late");
  timeout.name = "TimeoutError";

  test("then KMS is asked again, also about one that this process has made", async () => {
    for (const first of ["opened", "generated"] as const) {
      const keys = keysOf(newKey, newKey);
      await keys[first]();
      keys.clock.advance(minutes(60));
      expect(await keys.opened()).not.toBeNull();
      expect(await keys.opened()).not.toBeNull();
      expect(keys.asked).toHaveLength(2);
    }
  });

  test.each([
    ["DisabledException"],
    ["KMSInvalidStateException"],
    ["AccessDeniedException"],
    ["NotFoundException"],
  ])("and no longer when KMS then refuses: %s", async (name) => {
    const refusal = failure(name, "client");
    const { clock, opened } = keysOf(newKey, refusal, refusal, newKey);
    await opened();
    clock.advance(minutes(60));
    await expect(opened()).rejects.toMatchObject(denial(name));
    await expect(opened()).rejects.toMatchObject(denial(name));
    expect(await opened()).not.toBeNull();
  });

  test("and no longer when KMS then finds that it never was one", async () => {
    const invalid = new InvalidCiphertextException({ message: "", $metadata });
    const { clock, opened } = keysOf(newKey, invalid);
    await opened();
    clock.advance(minutes(60));
    expect(await opened()).toBeNull();
  });

  test.each([
    ["takes too long", timeout],
    ["fails", failure("KMSInternalException", "server")],
    ["throttles", failure("ThrottlingException", "client")],
  ])("and on while KMS %s, which is asked again every minute", async (_, trouble) => {
    const { asked, clock, opened } = keysOf(
      newKey,
      trouble,
      trouble,
      failure("DisabledException", "client"),
    );
    await opened();
    clock.advance(minutes(60));
    expect((await opened())?.dataKey.export()).toEqual(Buffer.from(Plaintext));
    clock.advance(minutes(1) - 1);
    expect(await opened()).not.toBeNull();
    expect(asked).toHaveLength(2);
    clock.advance(1);
    expect(await opened()).not.toBeNull();
    expect(asked).toHaveLength(3);
    clock.advance(minutes(1));
    await expect(opened()).rejects.toMatchObject(denial("DisabledException"));
  });
});

describe("about a data key in use KMS is asked five minutes early", () => {
  /** Until KMS has answered what nobody waits for. */
  const answered = () => new Promise(setImmediate);

  test("and its answer counts from when it was asked for", async () => {
    const { asked, clock, opened } = keysOf(newKey, newKey, newKey);
    await opened();
    clock.advance(minutes(55) - 1);
    await opened();
    expect(asked).toHaveLength(1);
    clock.advance(1);
    await opened();
    await answered();
    clock.advance(minutes(55) - 1);
    await opened();
    expect(asked).toHaveLength(2);
    clock.advance(1);
    await opened();
    expect(asked).toHaveLength(3);
  });

  test("once, while callers go on", async () => {
    const { asked, clock, opened } = keysOf(newKey, new Promise(() => {}));
    await opened();
    clock.advance(minutes(55));
    for (let time = 1; time <= 3; time += 1) expect(await opened()).not.toBeNull();
    expect(asked).toHaveLength(2);
  });

  test.each([
    ["none", new Promise<never>(() => {})],
    ["an error", failure("KMSInternalException", "server")],
  ])("and again at its end, for which a caller waits, if the answer is %s", async (_, answer) => {
    const { asked, clock, opened } = keysOf(newKey, answer, newKey);
    await opened();
    clock.advance(minutes(55));
    await opened();
    await answered();
    clock.advance(minutes(5) - 1);
    await opened();
    expect(asked).toHaveLength(2);
    clock.advance(1);
    expect(await opened()).not.toBeNull();
    expect(asked).toHaveLength(3);
  });

  test("and it opens no longer once KMS refuses, also if KMS then does not answer", async () => {
    const name = "KMSInternalException";
    const refusal = failure("DisabledException", "client");
    const { clock, opened } = keysOf(newKey, refusal, failure(name, "server"));
    await opened();
    clock.advance(minutes(55));
    expect(await opened()).not.toBeNull();
    await answered();
    await expect(opened()).rejects.toMatchObject(outage(name));
  });

  test("and a refusal that comes after a later answer changes nothing", async () => {
    const late = Promise.withResolvers();
    const { clock, opened } = keysOf(newKey, late.promise, newKey);
    await opened();
    clock.advance(minutes(55));
    await opened();
    clock.advance(minutes(5));
    await opened();
    late.reject(failure("DisabledException", "client"));
    await answered();
    expect(await opened()).not.toBeNull();
  });

  test.each(["before", "after"])(
    "and an answer that comes %s a refusal to a later question changes nothing",
    async (when) => {
      const [late, next] = [Promise.withResolvers(), Promise.withResolvers()];
      const name = "DisabledException";
      const refusal = failure(name, "client");
      const { clock, opened } = keysOf(newKey, late.promise, next.promise, refusal);
      await opened();
      clock.advance(minutes(55));
      await opened();
      clock.advance(minutes(5));
      const waiting = expect(opened()).rejects.toMatchObject(denial(name));
      if (when === "before") late.resolve(newKey);
      await answered();
      next.reject(refusal);
      await waiting;
      late.resolve(newKey);
      await answered();
      await expect(opened()).rejects.toMatchObject(denial(name));
    },
  );
});

describe("a data key of the previous KMS key", () => {
  const ofAnotherKey = new IncorrectKeyException({ message: "", $metadata });
  const keyIds = (asked: readonly object[]) =>
    asked.map((input) => (input as { KeyId?: string }).KeyId);

  test("opens, once KMS has said that the present one did not make it", async () => {
    const { asked, opened } = keysUnder("arn:of-the-previous", ofAnotherKey, newKey);
    expect((await opened())?.dataKey.export()).toEqual(Buffer.from(Plaintext));
    expect(keyIds(asked)).toEqual(["arn:of-a-key", "arn:of-the-previous"]);
  });

  test("never seals", async () => {
    const { asked, generated } = keysUnder("arn:of-the-previous", newKey);
    await generated();
    expect(keyIds(asked)).toEqual(["arn:of-a-key"]);
  });

  test("does not open if it is of a third key", async () => {
    const { asked, opened } = keysUnder("arn:of-the-previous", ofAnotherKey, ofAnotherKey);
    expect(await opened()).toBeNull();
    expect(asked).toHaveLength(2);
  });
});
