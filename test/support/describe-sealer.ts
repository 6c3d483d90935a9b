import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import type { SealedAs, Sealer } from "../../functions/model/sealer.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";

interface Sealers {
  readonly sealer: Sealer;
  /** Of the same key, as in another process. */
  readonly elsewhere: Sealer;
  readonly ofAnotherKey: Sealer;
  /** Of another kind of key. */
  readonly ofAnotherKind: Sealer;
  stop?(): Promise<void>;
}

export const sealedAs = (connection: string, version = 13): SealedAs => ({
  connection: connection as Connection,
  version,
  kind: "token",
  terms: "its terms",
});
export const defaultSealedAs = sealedAs("conferma/production/default");
export const neverAborted = new AbortController().signal;

export async function openedBy(
  sealer: Sealer,
  sealed: Uint8Array,
  under = defaultSealedAs,
): Promise<string | null> {
  return (await sealer.open(sealed, under, neverAborted))?.expose() ?? null;
}

/** What holds for every sealer; its envelope is so many bytes longer than the token. */
export function describeSealer(envelopeBytes: number, start: () => Promise<Sealers>): void {
  let sealers: Sealers;
  beforeAll(async () => {
    sealers = await start();
  });
  afterAll(async () => {
    await sealers.stop?.();
  });

  const sealing = (token: string) =>
    sealers.sealer.seal(new Sensitive(token), defaultSealedAs, neverAborted);
  const opened = (sealed: Uint8Array, under = defaultSealedAs) =>
    openedBy(sealers.sealer, sealed, under);

  describe("a sealed token", () => {
    test("opens as it was", async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 300 }), async (token) => {
          expect(await opened(await sealing(token))).toBe(token);
        }),
      );
    });

    test("opens in another process", async () => {
      expect(await openedBy(sealers.elsewhere, await sealing("t"))).toBe("t");
    });

    test("contains nothing of the token, and is different each time", async () => {
      const [one, two] = [await sealing("canary-token"), await sealing("canary-token")];
      expect(Buffer.from(one).toString("latin1")).not.toContain("canary");
      expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
    });

    test(`is ${envelopeBytes} bytes longer than the token`, async () => {
      expect((await sealing("t".repeat(2048))).byteLength).toBe(2048 + envelopeBytes);
    });
  });

  describe("a sealed token does not open", () => {
    test.each([
      ["as another version", sealedAs("conferma/production/default", 14)],
      ["of another account", sealedAs("conferma/production/other")],
      ["of another environment", sealedAs("conferma/sandbox/default")],
      ["of a connection without a name", sealedAs("")],
      ["as another kind", { ...defaultSealedAs, kind: "refresh-token" as const }],
      ["under other terms", { ...defaultSealedAs, terms: "its term" }],
      ["under none", { ...defaultSealedAs, terms: "" }],
    ])("%s", async (_, other) => {
      const sealed = await sealing("t");
      expect(await opened(sealed, other)).toBeNull();
      expect(await openedBy(sealers.elsewhere, sealed, other)).toBeNull();
      expect(await opened(sealed)).toBe("t");
    });

    test("under another key", async () => {
      expect(await openedBy(sealers.ofAnotherKey, await sealing("t"))).toBeNull();
    });

    test("under another kind of key, in either direction", async () => {
      const { ofAnotherKind } = sealers;
      expect(await openedBy(ofAnotherKind, await sealing("t"))).toBeNull();
      expect(
        await opened(await ofAnotherKind.seal(new Sensitive("t"), defaultSealedAs, neverAborted)),
      ).toBeNull();
    });

    test("when any one bit was changed", async () => {
      const sealed = await sealing("tok");
      for (let bit = 0; bit < sealed.byteLength * 8; bit += 1) {
        const changed = Uint8Array.from(sealed, (byte, index) =>
          index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
        );
        expect(await opened(changed), `bit ${bit}`).toBeNull();
      }
    });

    test("when it was cut, to any length", async () => {
      const sealed = await sealing("token");
      for (let length = 0; length < sealed.byteLength; length += 1)
        expect(await opened(sealed.subarray(0, length))).toBeNull();
    });

    test("when something was appended", async () => {
      expect(await opened(Buffer.concat([await sealing("t"), Buffer.from("x")]))).toBeNull();
    });
  });
}
