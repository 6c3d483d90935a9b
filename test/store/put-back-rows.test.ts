import { describe, expect, test } from "vitest";
import { count, text } from "../../functions/store/attributes.ts";
import { recordReader } from "../../functions/store/record-reader.ts";
import { at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

/** A process that reads rows with these fences and versions, and what it reports. */
function aReader() {
  const clock = new FixedClock(at("10:00:00.000"));
  const reported: object[] = [];
  const counted: string[] = [];
  const log = {
    info: () => {},
    warn: () => {},
    error: (event: string, fields: object = {}) => reported.push({ event, ...fields }),
  };
  const metrics = { record: (name: string) => counted.push(name) } as never;
  const read = recordReader({ clock, log, metrics, process: "reader" });
  return {
    clock,
    reported,
    counted,
    read: (fence: number, version: number, pk = "a/b/c") =>
      read({ pk: text(pk), fence: count(fence), version: count(version) }),
  };
}

describe("a row that is older than what this process has read before is reported, once", () => {
  test.each([
    ["an old row with its old fence", 4, 3],
    ["an old version under a forged fence", 9, 3],
    ["an old fence with the present version", 4, 5],
    ["a row that was deleted and made anew", 1, 0],
  ])("%s", (_, fence, version) => {
    const { clock, read, reported, counted } = aReader();
    read(7, 5);
    clock.advance(5000);
    read(fence, version);
    read(fence, version);
    const before = { fenceBefore: 7, versionBefore: 5 };
    const told = { event: "record-went-back", connection: "a/b/c", fence, version, ...before };
    expect(reported).toEqual([told]);
    expect(counted).toEqual(["DamagedRecords"]);
  });

  test("even if others have written to it since, as long as it is behind", () => {
    const { clock, read, reported } = aReader();
    read(7, 5);
    read(4, 3);
    clock.advance(5000);
    read(6, 4);
    expect(reported).toMatchObject([{ fence: 6, version: 4, fenceBefore: 7 }]);
  });
});

test("damage is reported once a minute, whatever is read meanwhile", () => {
  const { clock, read, reported, counted } = aReader();
  for (const passedMs of [0, 59_999, 1]) {
    clock.advance(passedMs);
    read(Number.NaN, 5);
  }
  expect(reported).toMatchObject([{ damage: ["fence"] }, { damage: ["fence"] }]);
  expect(counted).toEqual(["DamagedRecords", "DamagedRecords"]);
});

describe("nothing is reported", () => {
  test("of a row that stays, or goes forward", () => {
    const { clock, read, reported } = aReader();
    for (const [fence, version] of [
      [7, 5],
      [7, 5],
      [8, 5],
      [8, 6],
    ] as const) {
      read(fence, version);
      clock.advance(5000);
    }
    expect(reported).toEqual([]);
  });

  test("of another connection's row", () => {
    const { clock, read, reported } = aReader();
    read(7, 5);
    clock.advance(5000);
    read(1, 1, "a/b/d");
    expect(reported).toEqual([]);
  });

  test("of an answer that a later one has overtaken", () => {
    const { clock, read, reported } = aReader();
    read(7, 5);
    clock.advance(4999);
    read(6, 5);
    clock.advance(4999);
    read(7, 5);
    expect(reported).toEqual([]);
  });

  test("of a row whose fence is unreadable, which is damage", () => {
    const { clock, read, reported } = aReader();
    read(7, 5);
    clock.advance(5000);
    read(Number.NaN, 5);
    expect(reported).toMatchObject([{ event: "record-damaged", damage: ["fence"] }]);
  });
});
