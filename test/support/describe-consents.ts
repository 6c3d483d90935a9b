import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { aConsent, aFailure, aLease } from "./a-record.ts";
import { aCommit, aFailedAttempt, anIntent, takenLease } from "./stack-token-store.ts";

const signal = new AbortController().signal;
const realm = { provider: "connectpay", environment: "test" } as const;
const aConnection = () => connectionOf(realm, randomUUID());

/** What a token store promises of consents. */
export function describeConsents(storeNow: () => TokenStore): void {
  describe("a consent", () => {
    let store: TokenStore;
    beforeAll(() => {
      store = storeNow();
    });
    const take = (connection: Connection, owner: string, seen: TokenRecord | null = null) =>
      takenLease(store, connection, seen, anIntent(owner));

    async function consented(): Promise<TokenRecord> {
      const held = await take(aConnection(), "a");
      const commit = { ...aCommit(held), consent: aConsent() };
      return (await store.commit(held, () => commit, signal)) ?? expect.fail("not committed");
    }

    it("is stored in the same write as its token", async () => {
      const record = await consented();
      expect(record).toMatchObject({ version: 1, consent: aConsent() });
      expect(await store.read(record.connection, signal)).toEqual(record);
    });

    it("is kept by leases and failures", async () => {
      const record = await consented();
      const held = await take(record.connection, "b", record);
      const failed = await store.fail(held, aFailedAttempt, signal);
      expect(failed?.consent).toEqual(aConsent());
      expect(failed?.token?.due).not.toBeNull();
    });

    it("loses its refresh token, and its place in the schedule, once the provider refuses it", async () => {
      const record = await consented();
      const held = await take(record.connection, "b", record);
      const failed = await store.fail(
        held,
        () => ({ ...aFailedAttempt(), isConsentOver: true }),
        signal,
      );
      expect(failed).toMatchObject({
        token: { ...record.token, due: null },
        consent: aConsent({ refresh: null }),
      });
    });

    it("is kept after an attempt that does not concern the connection, and so is its last failure", async () => {
      const record = await consented();
      const first = await take(record.connection, "b", record);
      const failed = await store.fail(first, aFailedAttempt, signal);
      const second = await take(record.connection, "c", failed);
      const attempt = { ...aFailedAttempt(), failure: null };
      const after = await store.fail(second, () => attempt, signal);
      expect(after).toMatchObject({ failure: aFailure(), lease: null, consent: aConsent() });
    });

    it("is deleted with its token, while version and fence are kept", async () => {
      const record = await consented();
      const held = await take(record.connection, "b", record);
      const gone = await store.disconnect(held, signal);
      const { connection, version, revocationScope, typicalRenewalMs, ledger } = record;
      const kept = { connection, version, revocationScope, typicalRenewalMs, ledger, fence: 2 };
      const nothing = { token: null, consent: null, lease: null, failure: null, doubtedAt: null };
      expect(gone).toEqual({ ...held.record, ...kept, ...nothing, revision: gone?.revision });
      expect(await store.read(connection, signal)).toEqual(gone);
    });

    it("is deleted by the holder of the lease only", async () => {
      const record = await consented();
      const held = await take(record.connection, "b", record);
      const thief = { ...held, lease: aLease({ owner: "thief" }) };
      expect(await store.disconnect(thief, signal)).toBeNull();
      expect(await store.read(record.connection, signal)).toEqual(held.record);
    });
  });
}
