import { describe, expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { readAhead } from "../../functions/vending/read-ahead.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry } from "../support/policies.ts";

/** A process that has read ahead, with the reads and openings that it has caused so far. */
async function aProcess(here: TestDeployment, changes: { read?: TokenStore["read"] } = {}) {
  const counts = { reads: 0, opened: 0 };
  const intact = here.dependencies();
  const read: TokenStore["read"] = (...asked) => {
    counts.reads += 1;
    return (changes.read ?? intact.store.read)(...asked);
  };
  const open: typeof intact.sealer.open = (...asked) => {
    counts.opened += 1;
    return intact.sealer.open(...asked);
  };
  const watched = {
    ...intact,
    store: { ...intact.store, read },
    sealer: { ...intact.sealer, open },
  };
  const dependencies = await readAhead(watched, connectionOf(intact.realm, "default"));
  const vend = here.process({}, dependencies);
  return { counts, vend, dependencies };
}

/** A deployment in which another process has stored a token. */
async function withToken() {
  const here = new TestDeployment(atExpiry);
  await here.vend();
  return here;
}

describe("a record that was read ahead", () => {
  test("serves the first vend, whose data key has been asked for", async () => {
    const here = await withToken();
    const { counts, vend } = await aProcess(here);
    expect(counts).toEqual({ reads: 1, opened: 1 });
    expect(await vend()).toMatchObject({ version: 1 });
    expect(counts).toEqual({ reads: 1, opened: 2 });
  });

  test("serves no second one", async () => {
    const here = await withToken();
    const { counts, vend } = await aProcess(here);
    await vend();
    expect(await vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
    expect(counts.reads).toBeGreaterThan(1);
  });

  test("serves none of another account, and none after that", async () => {
    const here = await withToken();
    here.secrets.set("other", { text: "canary-secret-2", version: "s1" });
    const { counts, vend } = await aProcess(here);
    await vend({ account: "other" });
    const before = counts.reads;
    await vend();
    expect(counts.reads).toBe(before + 1);
  });

  test("is read again if it was asked for a second ago", async () => {
    for (const [ageMs, reads] of [
      [999, 1],
      [1000, 2],
    ] as const) {
      const here = await withToken();
      const { counts, vend } = await aProcess(here);
      here.clock.advance(ageMs);
      await vend();
      expect(counts.reads).toBe(reads);
    }
  });

  test("is not vended once another process has replaced it, if the process was suspended meanwhile", async () => {
    const here = await withToken();
    const { vend } = await aProcess(here);
    here.clock.advance(60_000);
    await here.vend({ rejectedVersion: 1 });
    expect(await vend()).toMatchObject({ version: 2 });
  });

  test("is decided about when it is vended: a token that has ended meanwhile is not vended", async () => {
    const here = await withToken();
    here.clock.advance(298_900);
    const { vend } = await aProcess(here);
    here.clock.advance(999);
    expect(await vend()).toMatchObject({ version: 2 });
  });

  test("may be none: the first vend then issues", async () => {
    const here = new TestDeployment(atExpiry);
    const { counts, vend } = await aProcess(here);
    expect(counts).toEqual({ reads: 1, opened: 0 });
    expect(await vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });
});

describe("reading ahead never fails", () => {
  test("while the table does not answer: the first vend asks it again", async () => {
    const here = await withToken();
    const outage = new VendingError("store-unavailable", "Made up.", 1);
    const read: TokenStore["read"] = (...asked) =>
      counts.reads === 1 ? Promise.reject(outage) : here.dependencies().store.read(...asked);
    const counts = { reads: 0 };
    const process = await aProcess(here, {
      read: (...asked) => {
        counts.reads += 1;
        return read(...asked);
      },
    });
    expect(process.counts).toEqual({ reads: 1, opened: 0 });
    expect(await process.vend()).toMatchObject({ version: 1 });
    expect(process.counts.reads).toBe(2);
  });

  test("while no data key is to be had: the first vend asks for it again", async () => {
    const here = await withToken();
    here.keyFailures.open = 1;
    const { counts, vend } = await aProcess(here);
    expect(counts).toEqual({ reads: 1, opened: 1 });
    expect(await vend()).toMatchObject({ version: 1 });
    expect(counts).toEqual({ reads: 1, opened: 2 });
  });

  test("and ends within a second", async () => {
    const here = await withToken();
    const begun: AbortSignal[] = [];
    const read: TokenStore["read"] = (_, signal) => {
      begun.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    };
    const reading = aProcess(here, { read });
    await new Promise(setImmediate);
    here.clock.advance(999);
    expect(begun[0]?.aborted).toBe(false);
    here.clock.advance(1);
    expect((await reading).counts).toEqual({ reads: 1, opened: 0 });
  });
});
