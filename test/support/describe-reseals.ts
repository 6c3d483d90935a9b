import { beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { aConsent, at } from "./a-record.ts";
import { aCommit, anEntry, leasedIn } from "./stack-token-store.ts";

const signal = new AbortController().signal;
const token = new Uint8Array([7, 7, 7]);
const refreshToken = new Uint8Array([8, 8, 8]);

/** What a token store promises of texts that are sealed anew. */
export function describeReseals(storeNow: () => TokenStore): void {
  describe("sealing anew", () => {
    let store: TokenStore;
    beforeAll(() => {
      store = storeNow();
    });

    const leased = (owner: string, seen: TokenRecord | null = null) => leasedIn(store, owner, seen);

    async function committed(): Promise<TokenRecord> {
      const held = await leased("first");
      const commitOf = () => ({ ...aCommit(held), consent: aConsent() });
      return (await store.commit(held, commitOf, signal)) ?? expect.fail("not committed");
    }

    const now = async ({ connection }: TokenRecord) =>
      (await store.read(connection, signal)) ?? expect.fail("nothing there");

    it("replaces the sealed bytes that it is given, and nothing else", async () => {
      const record = await committed();
      expect(await store.reseal(record, { token, refreshToken: null }, "a", signal)).toBe(true);
      const once = await now(record);
      const sealed = (bytes: Uint8Array) => ({ sealed: bytes });
      const expected = { ...record, token: { ...record.token, ...sealed(token) } };
      expect(once).toEqual({ ...expected, revision: once.revision });
      expect(await store.reseal(once, { token: null, refreshToken }, "b", signal)).toBe(true);
      const twice = await now(record);
      const refresh = { ...record.consent?.refresh, ...sealed(refreshToken) };
      const consent = { ...record.consent, refresh };
      expect(twice).toEqual({ ...expected, consent, revision: twice.revision });
    });

    it("writes nothing if the record has changed since, even by the same", async () => {
      const record = await committed();
      expect(await store.reseal(record, { token, refreshToken }, "a", signal)).toBe(true);
      const changed = await now(record);
      const other = new Uint8Array([9]);
      const again = { token: other, refreshToken: other };
      expect(await store.reseal(record, again, "b", signal)).toBe(false);
      expect(await now(record)).toEqual(changed);
    });

    it("takes a repetition of its own write, whose answer was lost, for done", async () => {
      const record = await committed();
      const reseal = () => store.reseal(record, { token, refreshToken }, "a", signal);
      expect(await reseal()).toBe(true);
      const once = await now(record);
      expect(await reseal()).toBe(true);
      expect(await now(record)).toEqual(once);
    });

    it("writes nothing where the record is gone", async () => {
      const { connection, ...record } = await committed();
      const gone = { ...record, connection: `${connection}-gone` as Connection };
      expect(await store.reseal(gone, { token, refreshToken }, "a", signal)).toBe(false);
    });

    it("leaves a lease to its holder, who commits over it", async () => {
      const before = await committed();
      const held = await leased("second", before);
      expect(await store.reseal(held.record, { token, refreshToken }, "a", signal)).toBe(true);
      expect((await now(before)).lease).toEqual(held.record.lease);
      const stored = await store.commit(held, () => aCommit(held), signal);
      expect(stored).toMatchObject({ lease: null });
      expect(stored?.token?.sealed).not.toEqual(token);
    });

    it("is refused after a late issue was recorded, whose doubt stays", async () => {
      const record = await committed();
      const late = at("10:00:08.000");
      await store.recordLateIssue(record, anEntry(), late, signal);
      expect(await store.reseal(record, { token, refreshToken }, "a", signal)).toBe(false);
      expect(await now(record)).toMatchObject({ doubtedAt: late });
    });
  });
}
