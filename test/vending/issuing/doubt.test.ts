import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import type { Dependencies } from "../../../functions/model/dependencies.ts";
import { isDoubted } from "../../../functions/model/token-record.ts";
import type { HeldLease, TokenStore } from "../../../functions/model/token-store.ts";
import { storeOrRecordLate } from "../../../functions/vending/issuing/lease.ts";
import { ledgerEntry } from "../../../functions/vending/issuing/report-issue.ts";
import { aFailedIssue, at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry } from "../../support/policies.ts";

/** A holder that is frozen after its request until long after its lease. The result makes it continue. */
async function frozenHolder(here: TestDeployment, rejectedVersion: number | null = null) {
  const deps = here.dependencies();
  let held: HeldLease | undefined;
  const takeLease: TokenStore["takeLease"] = async (...wanted) => {
    const taken = await deps.store.takeLease(...wanted);
    held = taken.held ?? expect.fail("no lease");
    throw new Error("The process is frozen (made up).");
  };
  await here
    .process({ store: { ...deps.store, takeLease } })({ rejectedVersion })
    .catch(() => {});
  here.clock.advance(8000);
  return () => comeBack(here, deps, held ?? expect.fail("no lease"));
}

/** The provider's answer has only just been received: when it took effect is unknown. */
async function comeBack(here: TestDeployment, deps: Dependencies, held: HeldLease): Promise<void> {
  const issued = { ...here.issued("canary-late"), receivedAt: here.clock.now() };
  const fingerprint = deps.fingerprint("canary-late");
  const result = { fingerprint, outcome: "issued", version: held.record.version + 1 } as const;
  const entry = ledgerEntry(held, here.clock.now(), 200, result);
  await storeOrRecordLate(deps, held, entry, issued, async () => null);
}

describe("a token that came late while its successor was requested", () => {
  test.each([
    ["from cold", null],
    ["after a rejection", 1],
  ])("leaves the successor in doubt, so that it is replaced: %s", async (_, rejectedVersion) => {
    const here = new TestDeployment(atExpiry);
    if (rejectedVersion !== null) await here.vend();
    const thaw = await frozenHolder(here, rejectedVersion);
    here.answer = async () => {
      here.answer = () => here.issued("canary-last");
      const issued = here.issued("canary-killed");
      await thaw();
      return issued;
    };
    await here.vend({ rejectedVersion }).catch(() => {});
    const record = (await here.record()) ?? expect.fail("no record");
    expect(record.token?.fingerprint).toBe(here.dependencies().fingerprint("canary-killed"));
    expect(isDoubted(record)).toBe(true);
    expect((await here.vend()).token.expose()).toBe("canary-last");
    expect(await here.record()).toMatchObject({ doubtedAt: null, ledger: [{}, {}, {}] });
  });

  test("leaves the successor in doubt after a failure, and after the next lease", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const thaw = await frozenHolder(here, 1);
    here.answer = async () => {
      await thaw();
      return aFailedIssue();
    };
    await here.refusalOf();
    const doubtedAt = plusMs(here.clock.now(), 250);
    expect(await here.record()).toMatchObject({ version: 1, doubtedAt, lease: null });
    here.clock.advance(60_000);
    await here.refusalOf();
    expect((await here.record())?.doubtedAt).toEqual(plusMs(here.clock.now(), 250));
  });
});

describe("a token that came late before its successor was requested", () => {
  test("leaves the successor alone, even a first one", async () => {
    const here = new TestDeployment(atExpiry);
    const thaw = await frozenHolder(here);
    await thaw();
    expect(await here.record()).toMatchObject({
      token: null,
      doubtedAt: plusMs(here.clock.now(), 250),
    });
    here.clock.advance(251);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.record()).toMatchObject({ doubtedAt: null });
  });
});

describe("a late writer is told from others by its lease's owner", () => {
  test("even after a restored table has counted fences and versions again", async () => {
    const here = new TestDeployment(atExpiry);
    const { store, fingerprint } = here.dependencies();
    const restored = [...here.table.items];
    let isCommitting = false;
    const commit: TokenStore["commit"] = async () => {
      isCommitting = true;
      // Point-in-time recovery: the table is what it was before the lease, and another process issues.
      here.table.items.clear();
      for (const [pk, item] of restored) here.table.items.set(pk, item);
      here.answer = () => here.issued("canary-of-another");
      await here.vend();
      return null;
    };
    await here
      .process({ store: { ...store, commit } })()
      .catch(() => {});
    expect(isCommitting).toBe(true);
    const lost = fingerprint("canary-token-1");
    expect(here.logged("late-issue")).toMatchObject([{ fence: 1, fingerprint: lost }]);
    expect(here.logged("token-issued")).toMatchObject([
      { fence: 1, version: 1, fingerprint: fingerprint("canary-of-another") },
    ]);
    expect((await here.record())?.ledger.map((entry) => entry.outcome)).toEqual(["issued", "late"]);
  });
});

test("a token that has expired when it arrives is in the ledger with its fingerprint", async () => {
  const here = new TestDeployment(atExpiry);
  here.lifetime = { kind: "stated", atLeastMs: 150, atMostMs: 150 };
  expect(await here.refusalOf()).toMatchObject({ code: "provider-malformed" });
  const fingerprint = here.dependencies().fingerprint("canary-token-1");
  const entry = { outcome: "provider-malformed", fingerprint, owner: "process-1.1" };
  expect((await here.record())?.ledger).toMatchObject([{ ...entry, at: at("10:00:00.200") }]);
  expect(here.logged("issue-failed")).toMatchObject([entry]);
});
