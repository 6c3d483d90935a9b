import type { KMSClient } from "@aws-sdk/client-kms";
import { IncorrectKeyException, InvalidCiphertextException } from "@aws-sdk/client-kms";
import { describe, expect, test } from "vitest";
import { dataKeys } from "../../functions/sealing/data-keys.ts";
import { at } from "../support/a-record.ts";
import { neverAborted, sealedAs } from "../support/describe-sealer.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const { connection } = sealedAs("conferma/production/default");
const Plaintext = new Uint8Array(32).fill(1);
const CiphertextBlob = new Uint8Array(184).fill(2);

/** Data keys of a KMS that gives each answer in turn; an answer that is no object is thrown. */
function keysOf(...answers: readonly unknown[]) {
  const left = [...answers];
  const asked: object[] = [];
  const send = async ({ input }: { readonly input: object }) => {
    asked.push(input);
    const answer = left.shift();
    if (answer instanceof Error || typeof answer !== "object") throw answer;
    return answer;
  };
  const client = { send } as object as KMSClient;
  const keys = dataKeys(client, "arn:of-a-key", new FixedClock(at("10:00:00.000")));
  return {
    asked,
    generated: () => keys.forSealing(connection, neverAborted),
    opened: (encrypted = CiphertextBlob) => keys.forOpening(connection, encrypted, neverAborted),
  };
}

const outage = (why: string) => ({
  code: "store-unavailable",
  message: `KMS did not answer (${why}).`,
  retryAfterSeconds: 1,
});

describe("a new data key", () => {
  test.each([
    ["clear", { CiphertextBlob }],
    ["encrypted", { Plaintext }],
  ])("without its %s half is an outage, and is requested again", async (_, answer) => {
    const { generated } = keysOf(answer, { Plaintext, CiphertextBlob });
    await expect(generated()).rejects.toMatchObject(outage("no key"));
    const { key, encrypted } = await generated();
    expect([key.expose(), encrypted]).toEqual([Plaintext, CiphertextBlob]);
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

describe("an encrypted data key does not open", () => {
  const $metadata = {};
  test.each([
    ["that KMS finds invalid", new InvalidCiphertextException({ message: "", $metadata })],
    ["of another KMS key", new IncorrectKeyException({ message: "", $metadata })],
    ["that KMS answers without its clear half", {}],
  ])("%s, and KMS is not asked again", async (_, answer) => {
    const { opened } = keysOf(answer, { Plaintext });
    expect(await opened()).toBeNull();
    expect(await opened()).toBeNull();
    expect((await opened(Buffer.from("another")))?.expose()).toEqual(Plaintext);
  });
});
