import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { localSealer } from "../../functions/store/local-sealer.ts";

const keyOf = (fill: number) => new Sensitive(new Uint8Array(32).fill(fill));
const sealer = localSealer(keyOf(7));
const context = "conferma/production/default#13";

const sealing = (token: string) => sealer.seal(new Sensitive(token), context);
const opened = async (sealed: Uint8Array, under = context, by = sealer) =>
  (await by.open(sealed, under))?.expose() ?? null;

describe("a sealed token", () => {
  test("opens as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), async (token) => {
        expect(await opened(await sealing(token))).toBe(token);
      }),
    );
  });

  test("opens for another sealer of the same key, as in another process", async () => {
    expect(await opened(await sealing("t"), context, localSealer(keyOf(7)))).toBe("t");
  });

  test("shows nothing of the token, and never looks the same twice", async () => {
    const [one, two] = [await sealing("canary-token"), await sealing("canary-token")];
    expect(Buffer.from(one).toString("latin1")).not.toContain("canary");
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
  });

  test("is 28 bytes longer than the token", async () => {
    expect((await sealing("t".repeat(2048))).byteLength).toBe(2076);
  });
});

describe("a sealed token does not open", () => {
  test.each([
    ["as another version", "conferma/production/default#14"],
    ["of another account", "conferma/production/other#13"],
    ["of another environment", "conferma/sandbox/default#13"],
    ["without its context", ""],
  ])("%s", async (_, other) => {
    expect(await opened(await sealing("t"), other)).toBeNull();
  });

  test("under another key", async () => {
    expect(await opened(await sealing("t"), context, localSealer(keyOf(8)))).toBeNull();
  });

  test("when any one bit was changed", async () => {
    const sealed = await sealing("tok");
    for (let bit = 0; bit < sealed.byteLength * 8; bit += 1) {
      const changed = Uint8Array.from(sealed, (byte, index) =>
        index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      );
      expect(await opened(changed)).toBeNull();
    }
  });

  test("when it was cut, to any length", async () => {
    const sealed = await sealing("token");
    for (let length = 0; length < sealed.byteLength; length += 1)
      expect(await opened(sealed.subarray(0, length))).toBeNull();
  });

  test("when something was put behind it", async () => {
    expect(await opened(Buffer.concat([await sealing("t"), Buffer.from("x")]))).toBeNull();
  });
});
