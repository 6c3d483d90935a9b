import { createCipheriv, hkdfSync } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { SealedAs } from "../../functions/model/sealer.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { sealedTextOf } from "../../functions/model/token-record.ts";
import { layoutFor, openAs, sealAs, tokenKeysOf } from "../../functions/sealing/sealed-layouts.ts";
import { sealedAs } from "../support/describe-sealer.ts";

const keyBytes = new Uint8Array(32).fill(7);
const keys = tokenKeysOf(new Sensitive(keyBytes));
const otherKeys = tokenKeysOf(new Sensitive(new Uint8Array(32).fill(8)));
const asToken = sealedAs("conferma/production/default");
const asRefreshToken: SealedAs = { ...asToken, kind: "refresh-token", terms: "" };
const asLink: SealedAs = { ...asToken, kind: "link" };
const token = new Sensitive("tøken");

/** AES-256-GCM without the code under test. */
function encrypted(
  key: Uint8Array,
  text: string,
  additionalData: string,
  nonce = Buffer.alloc(12, 1),
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(additionalData));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** HKDF without the code under test: 32 bytes of key, 32 bytes of commitment. */
function derived(key: Uint8Array): { tokenKey: Buffer; commitment: Buffer } {
  const bytes = Buffer.from(hkdfSync("sha256", key, "", "token-vending sealing 2", 64));
  return { tokenKey: bytes.subarray(0, 32), commitment: bytes.subarray(32) };
}

const default13 = "conferma/production/default#13";

describe("stored bytes open, whichever release sealed them", () => {
  test.each([
    ["a token under connection and version", asToken, default13],
    ["a refresh token under its kind too", asRefreshToken, `${default13}#refresh-token`],
  ])("in layout 1, %s", (_, as, additionalData) => {
    const sealed = encrypted(keyBytes, "tøken", additionalData);
    expect(openAs(1, keys, sealed, as)?.expose()).toBe("tøken");
  });

  test.each([
    ["a token", asToken, `${default13}#token#its terms`],
    ["a refresh token", asRefreshToken, `${default13}#refresh-token#`],
    ["a link", asLink, `${default13}#link#its terms`],
  ])("in layout 2, %s under connection, version, kind and terms", (_, as, additionalData) => {
    const { tokenKey, commitment } = derived(keyBytes);
    const sealed = Buffer.concat([commitment, encrypted(tokenKey, "tøken", additionalData)]);
    expect(openAs(2, keys, sealed, as)?.expose()).toBe("tøken");
  });
});

describe("a sealed token does not open", () => {
  test.each([1, 2] as const)("as another kind, in layout %i", (layout) => {
    const kinds = [asToken, asRefreshToken, asLink];
    for (const as of kinds) {
      const sealed = sealAs(layout, keys, token, as);
      const opening = kinds.filter((each) => openAs(layout, keys, sealed, each) !== null);
      expect(opening).toEqual([as]);
    }
  });

  test("in another layout, whatever stands in front of it", () => {
    const [first, second] = [1, 2].map((layout) =>
      sealAs(layout as 1 | 2, keys, token, asToken),
    ) as [Buffer, Buffer];
    const { commitment } = keys;
    for (const sealed of [second, second.subarray(commitment.byteLength)]) {
      expect(openAs(1, keys, sealed, asToken)).toBeNull();
    }
    for (const sealed of [first, Buffer.concat([commitment, first])]) {
      expect(openAs(2, keys, sealed, asToken)).toBeNull();
    }
  });

  test("under another data key than it is committed to, even where AES-GCM would open", () => {
    const { tokenKey } = derived(keyBytes);
    const opening = encrypted(tokenKey, "t", `${default13}#token#its terms`);
    const committedTo = (commitment: Uint8Array) => Buffer.concat([commitment, opening]);
    expect(openAs(2, keys, committedTo(keys.commitment), asToken)?.expose()).toBe("t");
    expect(openAs(2, keys, committedTo(otherKeys.commitment), asToken)).toBeNull();
    expect(openAs(2, keys, committedTo(new Uint8Array(32)), asToken)).toBeNull();
  });

  test("under changed terms in layout 2; layout 1 does not know them", () => {
    const others = { ...asToken, terms: "others" };
    expect(openAs(2, keys, sealAs(2, keys, token, asToken), others)).toBeNull();
    expect(openAs(1, keys, sealAs(1, keys, token, asToken), others)?.expose()).toBe("tøken");
  });

  test("when it is too short for nonce and tag, even where the tag is right", () => {
    const nonce = Buffer.alloc(12);
    for (let n = 0; ; n += 1) {
      nonce.writeUInt32BE(n);
      const whole = encrypted(keyBytes, "", default13, nonce);
      if (whole[11] !== whole[12]) continue;
      const overlapping = Buffer.concat([whole.subarray(0, 12), whole.subarray(13)]);
      expect(openAs(1, keys, whole, asToken)?.expose()).toBe("");
      expect(openAs(1, keys, overlapping, asToken)).toBeNull();
      return;
    }
  });
});

test("the commitment tells nothing of the keys, and no two data keys have the same", () => {
  const { commitment, tokenKey } = keys;
  expect(commitment).toHaveLength(32);
  expect(Buffer.from(commitment)).not.toEqual(tokenKey.export());
  expect(commitment).not.toEqual(otherKeys.commitment);
  expect(tokenKey.export()).not.toEqual(Buffer.from(keyBytes));
});

test("keys in the clear print as nothing, but for the commitment, which is stored as it is", () => {
  const { commitment: _, ...secret } = keys;
  const { commitment: __, ...other } = otherKeys;
  expect(inspect(secret, { depth: 9, showHidden: true })).toBe(
    inspect(other, { depth: 9, showHidden: true }),
  );
  expect(JSON.stringify(secret)).toBe('{"dataKey":{},"tokenKey":{}}');
});

test("a link is sealed in layout 2, also while tokens are sealed in layout 1", () => {
  const text = new Sensitive("token-1");
  expect(layoutFor(asLink, text, 1)).toBe(2);
  expect([layoutFor(asToken, text, 1), layoutFor(asRefreshToken, text, 1)]).toEqual([1, 1]);
  expect([layoutFor(asToken, text, 2), layoutFor(asRefreshToken, text, 2)]).toEqual([2, 2]);
});

test("… and so is a token that is bound to a key, which no earlier release may take for the token", () => {
  const proofKey = new Sensitive("key-1");
  const text = sealedTextOf({ token: new Sensitive("token-1"), proofKey });
  expect([layoutFor(asToken, text, 1), layoutFor(asRefreshToken, text, 1)]).toEqual([2, 2]);
});
