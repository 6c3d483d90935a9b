import { randomUUID } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import type { FreezeTarget } from "../../functions/store/dynamodb-freezes.ts";
import { dynamoDbFreezes } from "../../functions/store/dynamodb-freezes.ts";
import { at } from "../support/a-record.ts";
import { TABLE } from "../support/token-table.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();

function targets(): FreezeTarget[] {
  const realm = `cfis/${randomUUID()}`;
  return [
    { of: "realm", realm, name: realm },
    { of: "connection", realm, name: `${realm}/default` },
  ];
}

const decision = (time: string, reason: string) => ({ by: "jo", at: at(time), reason });

test.each([0, 1])("who freezes and thaws again and again finds what stands (%i)", async (which) => {
  const target = targets()[which] ?? expect.fail("no target");
  const freezes = dynamoDbFreezes(table(), TABLE);
  for (const second of ["01", "02"]) {
    const first = decision(`10:00:${second}.000`, "leaked");
    expect(await freezes.freeze(target, first, randomUUID())).toBeNull();
    const later = decision(`10:00:${second}.500`, "again");
    expect(await freezes.freeze(target, later, randomUUID())).toMatchObject(first);
    expect(await freezes.thaw(target, later, randomUUID())).toMatchObject(first);
    expect(await freezes.thaw(target, later, randomUUID())).toBeNull();
    expect(await freezes.read(target)).toBeNull();
  }
});

test("of operators at once, one freezes and one thaws", async () => {
  const target = targets()[0] ?? expect.fail("no target");
  const freezes = dynamoDbFreezes(table(), TABLE);
  const five = ["1", "2", "3", "4", "5"].map((digit) => decision(`10:00:0${digit}.000`, digit));
  const froze = await Promise.all(five.map((by) => freezes.freeze(target, by, randomUUID())));
  expect(froze.filter((standing) => standing === null)).toHaveLength(1);
  const thawed = await Promise.all(five.map((by) => freezes.thaw(target, by, randomUUID())));
  expect(thawed.filter((over) => over !== null)).toHaveLength(1);
});

test("a freeze that is damaged is thawed, too", async () => {
  const target = targets()[0] ?? expect.fail("no target");
  const freezes = dynamoDbFreezes(table(), TABLE);
  const damaged: AttributeValue[] = [{ S: "stop" }, { M: { by: { S: "jo" } } }];
  for (const frozen of damaged) {
    const Item = { pk: { S: `${target.realm}/~freeze` }, frozen };
    await table().send(new PutItemCommand({ TableName: TABLE, Item }));
    const over = await freezes.thaw(target, decision("10:00:01.000", "over"), randomUUID());
    expect(over).toMatchObject({ of: "realm" });
    expect(await freezes.read(target)).toBeNull();
  }
});
