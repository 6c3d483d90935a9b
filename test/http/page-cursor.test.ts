import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Position } from "../../functions/http/page-cursor.ts";
import { cursorOf, positionOf } from "../../functions/http/page-cursor.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";

const fingerprint = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);
const position: Position = {
  realm: "conferma/production",
  after: "conferma/production/ann+eu@example.com" as Connection,
};

/** The answer to a cursor. */
function reading(cursor: string): Position | string {
  try {
    return positionOf(cursor, fingerprint);
  } catch (error) {
    return error instanceof VendingError ? `${error.code} ${error.message}` : String(error);
  }
}

const refusal = "invalid-request cursor: must be the cursor of an earlier answer.";

test.each([position, { ...position, realm: null }])(
  "a cursor leads back to its position: %j",
  (at) => {
    expect(reading(cursorOf(at, fingerprint))).toEqual(at);
  },
);

test("a cursor needs no encoding in a query", () => {
  const cursor = cursorOf(position, fingerprint);
  expect(encodeURIComponent(cursor)).toBe(cursor);
});

describe("a text that is not our cursor is refused, and not quoted", () => {
  const cursor = cursorOf(position, fingerprint);
  const signed = (value: unknown) => {
    const text = JSON.stringify(value);
    return `${Buffer.from(text).toString("base64url")}.${fingerprint(text)}`;
  };

  test("with any character changed, added or removed", () => {
    fc.assert(
      fc.property(fc.nat(cursor.length), fc.string({ maxLength: 2 }), fc.nat(2), (at, put, cut) => {
        const changed = cursor.slice(0, at) + put + cursor.slice(at + cut);
        fc.pre(changed !== cursor);
        expect(reading(changed)).toBe(refusal);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    "",
    ".",
    "e30",
    signed({}),
    signed([]),
    signed(["conferma/production"]),
    signed([1, "conferma/production/default"]),
    signed([null, "conferma/production/~scope"]),
    signed([null, "conferma/production/"]),
    signed(["conferma/sandbox", "conferma/production/default"]),
    signed(["conferma/production", "conferma/production/default", "more"]),
    `${cursor}.${cursor}`,
    ` ${cursor}`,
  ])("%j", (text) => {
    expect(reading(text)).toBe(refusal);
  });
});
