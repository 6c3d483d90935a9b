import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { raceAbort } from "../../client/race-abort.ts";

const pending = new Promise<never>(() => {});

describe("orAbort", () => {
  it("settles as the promise does, and leaves no listener on the signal", async () => {
    const { signal } = new AbortController();
    expect(await raceAbort(Promise.resolve(1), signal)).toBe(1);
    const reason = new Error("no");
    await expect(raceAbort(Promise.reject(reason), signal)).rejects.toBe(reason);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("fails with the signal's reason when that comes first", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const waiting = raceAbort(pending, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it("fails at once when the signal was aborted before", async () => {
    const reason = new Error("enough");
    await expect(raceAbort(pending, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
