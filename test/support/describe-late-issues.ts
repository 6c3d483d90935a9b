import { beforeAll, describe, expect, it } from "vitest";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { at } from "./a-record.ts";
import { aCommit, anEntry, leasedIn } from "./stack-token-store.ts";

const signal = new AbortController().signal;
const late = at("10:00:08.000");

/** What a token store promises of tokens that came after their lease. */
export function describeLateIssues(storeNow: () => TokenStore): void {
  describe("a late issue", () => {
    let store: TokenStore;
    beforeAll(() => {
      store = storeNow();
    });

    const leased = (owner: string, seen: TokenRecord | null = null) => leasedIn(store, owner, seen);

    async function committed(): Promise<TokenRecord> {
      const held = await leased("first");
      const stored = await store.commit(held, () => aCommit(held), signal);
      return stored ?? expect.fail("not committed");
    }

    it("is recorded if the record has not changed, with a doubt if necessary", async () => {
      const record = await committed();
      const entry = anEntry();
      expect(await store.recordLateIssue(record, entry, null, signal)).toBe(true);
      const once = (await store.read(record.connection, signal)) ?? expect.fail("nothing there");
      const ledger = [...record.ledger, entry];
      expect(once).toEqual({ ...record, ledger, revision: once.revision });
      const another = { ...entry, owner: "late.2" };
      expect(await store.recordLateIssue(once, another, late, signal)).toBe(true);
      const twice = (await store.read(record.connection, signal)) ?? expect.fail("nothing there");
      expect(twice).toMatchObject({ doubtedAt: late, token: record.token });
      expect(isDoubted(twice)).toBe(true);
    });

    it("is recorded with a doubt even if no token is stored", async () => {
      const { record } = await leased("a");
      expect(await store.recordLateIssue(record, anEntry(), late, signal)).toBe(true);
      expect(await store.read(record.connection, signal)).toMatchObject({
        doubtedAt: late,
        token: null,
      });
    });

    it("leaves the lease to its holder", async () => {
      const held = await leased("a");
      await store.recordLateIssue(held.record, anEntry(), late, signal);
      expect(await store.read(held.record.connection, signal)).toMatchObject({ lease: held.lease });
      expect(await store.commit(held, () => aCommit(held), signal)).toMatchObject({ version: 1 });
    });

    it("is written only if the record has not changed", async () => {
      const seen = await committed();
      const held = await leased("b", seen);
      expect(await store.recordLateIssue(seen, anEntry(), late, signal)).toBe(false);
      const current = await store.commit(held, () => aCommit(held), signal);
      expect(await store.recordLateIssue(held.record, anEntry(), late, signal)).toBe(false);
      expect(await store.read(seen.connection, signal)).toEqual(current);
    });
  });
}
