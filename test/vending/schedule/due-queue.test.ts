import { describe, expect, test } from "vitest";
import type { Connection } from "../../../functions/model/connection.ts";
import type { DueRenewal } from "../../../functions/model/renewal-index.ts";
import { dueQueue } from "../../../functions/vending/schedule/due-queue.ts";
import { at } from "../../support/a-record.ts";

const due = (name: string, second: number): DueRenewal => ({
  connection: name as Connection,
  dueAt: at(`10:00:${String(second).padStart(2, "0")}.000`),
  dueUntil: at("11:00:00.000"),
});

/** An index with these entries, which counts how many were read. */
function anIndex(...all: DueRenewal[]) {
  const said = { count: 0 };
  async function* hints() {
    for (const each of all) {
      said.count += 1;
      yield each;
    }
  }
  return { hints: hints(), said };
}

const names = async (all: Iterable<Promise<DueRenewal | undefined>>) =>
  (await Promise.all(all)).map((each) => each?.connection ?? "-");

describe("the queue of due connections", () => {
  test("returns the index's entries once each, in order, to concurrent workers", async () => {
    const queue = dueQueue(anIndex(due("a", 1), due("b", 2), due("c", 3)).hints);
    expect(await names([1, 2, 3, 4, 5].map(() => queue.next()))).toEqual(["a", "b", "c", "-", "-"]);
  });

  test("returns an added entry in its turn", async () => {
    const queue = dueQueue(anIndex(due("a", 1), due("b", 5), due("c", 9)).hints);
    await queue.next();
    for (const again of [due("late", 30), due("a", 7), due("soon", 2), due("then", 7)]) {
      queue.add(again);
    }
    const rest = [];
    for (let each = await queue.next(); each; each = await queue.next()) rest.push(each.connection);
    expect(rest).toEqual(["soon", "b", "a", "then", "c", "late"]);
  });

  test("returns entries that are added after the index has ended", async () => {
    const queue = dueQueue(anIndex().hints);
    expect(await queue.next()).toBeUndefined();
    queue.add(due("again", 1));
    expect(await names([queue.next(), queue.next()])).toEqual(["again", "-"]);
  });

  test("reads the index one entry ahead, and no further", async () => {
    const { hints, said } = anIndex(due("a", 1), due("b", 5), due("c", 9));
    const queue = dueQueue(hints);
    expect(said.count).toBe(0);
    await queue.next();
    expect(said.count).toBe(1);
    queue.add(due("a", 2));
    queue.add(due("a", 3));
    await queue.next();
    await queue.next();
    expect(said.count).toBe(2);
  });

  test("fails for every worker when the index fails", async () => {
    async function* broken() {
      yield due("a", 1);
      throw new Error("no index");
    }
    const queue = dueQueue(broken());
    await queue.next();
    const ends = await Promise.allSettled([queue.next(), queue.next()]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(queue.next()).rejects.toThrow("no index");
  });
});
