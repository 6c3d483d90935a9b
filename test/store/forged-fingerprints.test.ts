import { expect, test } from "vitest";
import type { Item } from "../../functions/store/attributes.ts";
import { count, text } from "../../functions/store/attributes.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import { tokenAttributes } from "../../functions/store/record-attributes.ts";
import { aRecord, aToken } from "../support/a-record.ts";

test.each([
  ["with a space", "9f86 081884c"],
  ["with a terminal's command", "\u001b[31m9f86d081884c"],
  ["that may be a token", "Bearer canary/canary+canary=="],
  ["without text", ""],
  ["that is long", "9".repeat(65)],
])("a fingerprint %s costs its token, and is not shown to anybody", (_, fingerprint) => {
  const { connection, fence, version } = aRecord();
  const attributes = tokenAttributes(connection, aToken(), fence);
  const numbers = { fence: count(fence), version: count(version) };
  const item = { pk: text(connection), ...numbers, ...attributes } as Item;
  expect(readRecord(item)).toMatchObject({ damage: [] });
  expect(readRecord({ ...item, fingerprint: text(fingerprint) })).toMatchObject({
    token: null,
    damage: ["fingerprint"],
  });
});
