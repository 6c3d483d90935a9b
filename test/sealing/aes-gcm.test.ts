import { createCipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SealedAs } from "../../functions/model/sealer.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { decrypt, encrypt } from "../../functions/sealing/aes-gcm.ts";
import { sealedAs } from "../support/describe-sealer.ts";

const keyBytes = new Uint8Array(32).fill(7);
const key = new Sensitive(keyBytes);
const asToken = sealedAs("conferma/production/default");
const asRefreshToken: SealedAs = { ...asToken, kind: "refresh-token" };

/** AES-256-GCM as the table of an earlier release has it, without the code under test. */
function encrypted(text: string, additionalData: string, nonce = Buffer.alloc(12, 1)): Buffer {
  const cipher = createCipheriv("aes-256-gcm", keyBytes, nonce);
  cipher.setAAD(Buffer.from(additionalData));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

describe("stored bytes open, whichever release sealed them", () => {
  test.each([
    ["a token under connection and version", asToken, "conferma/production/default#13"],
    [
      "a refresh token under its kind too",
      asRefreshToken,
      "conferma/production/default#13#refresh-token",
    ],
  ])("%s", (_, as, additionalData) => {
    expect(decrypt(key, encrypted("tøken", additionalData), as)?.expose()).toBe("tøken");
  });
});

test("a refresh token does not open as a token, nor a token as a refresh token", () => {
  expect(decrypt(key, encrypt(key, new Sensitive("t"), asRefreshToken), asToken)).toBeNull();
  expect(decrypt(key, encrypt(key, new Sensitive("t"), asToken), asRefreshToken)).toBeNull();
});

test("bytes too short for nonce and tag do not open, even where the tag is right", () => {
  const nonce = Buffer.alloc(12);
  for (let n = 0; ; n += 1) {
    nonce.writeUInt32BE(n);
    const whole = encrypted("", "conferma/production/default#13", nonce);
    if (whole[11] !== whole[12]) continue;
    const overlapping = Buffer.concat([whole.subarray(0, 12), whole.subarray(13)]);
    expect(decrypt(key, whole, asToken)?.expose()).toBe("");
    expect(decrypt(key, overlapping, asToken)).toBeNull();
    return;
  }
});
