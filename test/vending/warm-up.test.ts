import { describe, expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { warmUp } from "../../functions/vending/warm-up.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry } from "../support/policies.ts";

/** Warms a process up. Returns how it vends, and the reads and openings that it has caused so far. */
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
  await warmUp(watched, connectionOf(intact.realm, "default"));
  return { counts, vend: here.process({}, watched) };
}

/** A deployment in which another process has stored a token. */
async function withToken() {
  const here = new TestDeployment(atExpiry);
  await here.vend();
  return here;
}

describe("warming up", () => {
  test("reads the record and opens its token", async () => {
    const { counts } = await aProcess(await withToken());
    expect(counts).toEqual({ reads: 1, opened: 1 });
  });

  test("opens nothing where there is no token", async () => {
    const { counts, vend } = await aProcess(new TestDeployment(atExpiry));
    expect(counts).toEqual({ reads: 1, opened: 0 });
    expect(await vend()).toMatchObject({ version: 1 });
  });

  test("keeps no record: the first vend knows what others have stored since", async () => {
    const here = await withToken();
    const { vend } = await aProcess(here);
    await here.vend({ rejectedVersion: 1 });
    expect(await vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
  });

  test("does not fail while the table does not answer: the first vend asks it again", async () => {
    const here = await withToken();
    const { read: intact } = here.dependencies().store;
    const answers = [() => Promise.reject(new VendingError("store-unavailable", "Made up.", 1))];
    const read: TokenStore["read"] = (...asked) => (answers.shift() ?? intact)(...asked);
    const { counts, vend } = await aProcess(here, { read });
    expect(counts).toEqual({ reads: 1, opened: 0 });
    expect(await vend()).toMatchObject({ version: 1 });
  });

  test("does not fail while no data key is to be had: the first vend asks for it again", async () => {
    const here = await withToken();
    here.keyFailures.open = 1;
    const { counts, vend } = await aProcess(here);
    expect(counts).toEqual({ reads: 1, opened: 1 });
    expect(await vend()).toMatchObject({ version: 1 });
    expect(counts).toEqual({ reads: 2, opened: 2 });
  });

  test("ends within a second", async () => {
    const here = await withToken();
    const begun: AbortSignal[] = [];
    const read: TokenStore["read"] = (_, signal) => {
      begun.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    };
    const warming = aProcess(here, { read });
    await new Promise(setImmediate);
    here.clock.advance(999);
    expect(begun[0]?.aborted).toBe(false);
    here.clock.advance(1);
    expect((await warming).counts).toEqual({ reads: 1, opened: 0 });
  });
});
