import { describe, expect, test } from "vitest";
import { plusMs } from "../../../functions/model/clock.ts";
import { VendingError } from "../../../functions/model/errors.ts";
import type { RenewalPolicy } from "../../../functions/model/provider.ts";
import { isDoubted } from "../../../functions/model/token-record.ts";
import type { TokenStore } from "../../../functions/model/token-store.ts";
import { at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry, early } from "../../support/policies.ts";

/** A holder whose provider answers after its lease, when another process has renewed. */
async function overtaken(policy: RenewalPolicy, receivedAt?: Date) {
  const here = new TestDeployment(policy);
  here.answer = async () => {
    const late = { ...here.issued("canary-late"), ...(receivedAt && { receivedAt }) };
    here.answer = () => here.issued("canary-next");
    here.clock.advance(10_000);
    await here.vend();
    return late;
  };
  const vended = await here.vend().catch(() => null);
  return { here, vended };
}

describe("a token that arrives after its lease", () => {
  test("is not vended: its holder vends what its successor has stored", async () => {
    const { here, vended } = await overtaken(atExpiry, at("10:00:00.200"));
    expect(vended?.token.expose()).toBe("canary-next");
    const record = await here.record();
    expect(record).toMatchObject({ version: 1, fence: 2 });
    expect(record && isDoubted(record)).toBe(false);
  });

  test("is recorded in log and ledger, and does not count as an issue", async () => {
    const { here } = await overtaken(atExpiry, at("10:00:00.200"));
    const { fingerprint } = here.dependencies();
    expect(here.logged("late-issue")).toMatchObject([
      {
        level: "error",
        connection: "conferma/production/default",
        fence: 1,
        version: 1,
        reason: "cold",
        outcome: "late",
        fingerprint: fingerprint("canary-late"),
        owner: "process-1.1",
        doubtedAt: "2026-11-20T10:00:00.450Z",
      },
    ]);
    expect(here.logged("token-issued")).toMatchObject([{ fence: 2 }]);
    expect((await here.record())?.ledger).toMatchObject([
      { fence: 2, outcome: "issued" },
      { fence: 1, outcome: "late", fingerprint: fingerprint("canary-late") },
    ]);
  });

  test.each([
    ["before its successor was asked for leaves that one alone", at("10:00:09.949"), false],
    ["as its successor was asked for, by any clock, may have killed it", at("10:00:09.950"), true],
    ["after it may have killed it", at("10:00:10.300"), true],
  ])("received %s", async (_, receivedAt, doubted) => {
    const { here } = await overtaken(atExpiry, receivedAt);
    const doubtedAt = plusMs(receivedAt, 250);
    expect(here.logged("late-issue")).toMatchObject([{ doubtedAt: doubtedAt.toISOString() }]);
    const record = await here.record();
    expect(record?.doubtedAt).toEqual(doubted ? doubtedAt : record?.doubtedAt);
    expect(record && isDoubted(record)).toBe(doubted);
  });

  test("revokes nothing where old and new coexist", async () => {
    const { here, vended } = await overtaken(early, at("10:00:10.300"));
    expect(vended?.token.expose()).toBe("canary-next");
    expect(here.logged("late-issue")).toMatchObject([{ doubtedAt: null }]);
    expect(await here.record()).toMatchObject({ doubtedAt: null });
  });

  test("is recorded, and doubts what it may have killed, although it has expired as well", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = async () => {
      const lifetime = { kind: "stated", atLeastMs: 5000, atMostMs: 5000 } as const;
      const late = { ...here.issued("canary-late"), lifetime };
      here.answer = () => here.issued("canary-next");
      here.clock.advance(10_000);
      await here.vend();
      // As slow an answer: it may have been issued after the other.
      return { ...late, receivedAt: here.clock.now() };
    };
    await here.vend().catch(() => null);
    const { fingerprint } = here.dependencies();
    expect(here.logged("late-issue")).toMatchObject([{ fingerprint: fingerprint("canary-late") }]);
    const record = await here.record();
    expect(record?.ledger.at(-1)).toMatchObject({ outcome: "late" });
    expect(record && isDoubted(record)).toBe(true);
  });

  test("is logged again with its effect on the token that is stored by then", async () => {
    const { here, store } = aStoreThatAnswersLate();
    const seen: (Date | null)[] = [];
    const recordLateIssue: TokenStore["recordLateIssue"] = async (
      record,
      entry,
      doubtedAt,
      signal,
    ) => {
      seen.push(doubtedAt);
      if (seen.length < 2) return false;
      return here.dependencies().store.recordLateIssue(record, entry, doubtedAt, signal);
    };
    const commit = async () => null;
    await here
      .process({ store: { ...store, commit, recordLateIssue } })()
      .catch(() => null);
    expect(seen).toHaveLength(2);
    expect(here.logged("late-issue")).toHaveLength(2);
  });

  test("is not recorded after three tries, or when the table does not answer", async () => {
    for (const [answer, tries] of [
      [false, 3],
      [true, 1],
    ] as const) {
      const { here, store } = aStoreThatAnswersLate();
      const commit = async () => null;
      const recordLateIssue = async () => answer || (await Promise.resolve(false));
      await here
        .process({ store: { ...store, commit, recordLateIssue } })()
        .catch(() => null);
      expect(here.logged("late-issue")).toHaveLength(tries);
    }
  });

  test("is in the log alone where the table fails", async () => {
    const { here, store } = aStoreThatAnswersLate();
    const commit = async () => null;
    const recordLateIssue = async () => Promise.reject(new Error("made up"));
    await here
      .process({ store: { ...store, commit, recordLateIssue } })()
      .catch(() => null);
    expect(here.logged("late-issue")).toHaveLength(1);
  });
});

const aStoreThatAnswersLate = () => {
  const here = new TestDeployment(atExpiry);
  return { here, store: here.dependencies().store };
};

describe("a commit whose answers are lost until the end of the lease", () => {
  const lost = () => new VendingError("store-unavailable", "made up", 1);

  /** The table writes and does not answer. */
  async function unanswered(meanwhile: (here: TestDeployment) => Promise<unknown>) {
    const { here, store } = aStoreThatAnswersLate();
    const commit: TokenStore["commit"] = async (...wanted) => {
      await store.commit(...wanted);
      here.clock.advance(10_000);
      await meanwhile(here);
      throw lost();
    };
    await here
      .process({ store: { ...store, commit } })()
      .catch((error) => error);
    return here;
  }

  test("counts as an issue, and is logged", async () => {
    const here = await unanswered(async () => {});
    expect(here.logged("token-issued")).toMatchObject([
      {
        connection: "conferma/production/default",
        version: 1,
        fence: 1,
        outcome: "issued",
        fingerprint: here.dependencies().fingerprint("canary-token-1"),
        lifetime: "stated",
      },
    ]);
    expect(here.logged("late-issue")).toEqual([]);
  });

  test("is not taken for a late issue when others have renewed since", async () => {
    const here = await unanswered(async (deployment) => {
      await deployment.vend({ rejectedVersion: 1 });
    });
    expect(here.logged("token-issued").map(({ version }) => version)).toEqual([2, 1]);
    expect(here.logged("late-issue")).toEqual([]);
    expect(await here.record()).toMatchObject({ version: 2, doubtedAt: null });
  });
});
