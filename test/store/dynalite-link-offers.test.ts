import { randomUUID } from "node:crypto";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import type { LinkOffer } from "../../functions/model/link-offers.ts";
import type { Item } from "../../functions/store/attributes.ts";
import { dynamoDbLinkOffers } from "../../functions/store/dynamodb-link-offers.ts";
import { at } from "../support/a-record.ts";
import { TABLE } from "../support/token-table.ts";
import { useTable } from "../support/use-table.ts";

const table = useTable();
const { signal } = new AbortController();

const offerOf = (pendingId: string): LinkOffer => ({
  account: "jo",
  pendingId,
  madeAt: at("10:00:00.000"),
  expiresAt: at("10:10:00.001"),
  sealed: new Uint8Array(Buffer.from(`link of ${pendingId}`)),
});
const [one, two, three] = ["one", "two", "three"].map(offerOf) as [LinkOffer, LinkOffer, LinkOffer];

/** The offers of a realm of its own, and the row of `jo`. */
function aRealm() {
  const environment = randomUUID();
  const pk = { S: `connectpay/${environment}/~offer/jo` };
  return {
    offers: dynamoDbLinkOffers(table(), TABLE, { provider: "connectpay", environment }),
    row: async () => {
      const { Item } = await table().send(new GetItemCommand({ TableName: TABLE, Key: { pk } }));
      return Item;
    },
    put: (row: Item) =>
      table().send(new PutItemCommand({ TableName: TABLE, Item: { pk, ...row } })),
  };
}

describe("an account's offer", () => {
  test("is read as it was stored, under its realm, and goes in the second after its end", async () => {
    const { offers, row } = aRealm();
    expect(await offers.read("jo", signal)).toBeNull();
    expect(await offers.replace(one, null, signal)).toBe(true);
    expect(await offers.read("jo", signal)).toEqual(one);
    expect(await offers.read("ann", signal)).toBeNull();
    expect((await row())?.["ttl"]).toEqual({ N: String(at("10:10:01.000").getTime() / 1000) });
  });

  test("is replaced by whoever has seen it, and by nobody who has not", async () => {
    const { offers } = aRealm();
    await offers.replace(one, null, signal);
    expect(await offers.replace(two, null, signal)).toBe(false);
    expect(await offers.read("jo", signal)).toEqual(one);
    expect(await offers.replace(two, one, signal)).toBe(true);
    expect(await offers.replace(three, one, signal)).toBe(false);
    expect(await offers.read("jo", signal)).toEqual(two);
  });

  test("counts as stored when its write is repeated, because the answer was lost", async () => {
    const { offers } = aRealm();
    expect(await offers.replace(one, null, signal)).toBe(true);
    expect(await offers.replace(one, null, signal)).toBe(true);
    expect(await offers.replace(two, one, signal)).toBe(true);
    expect(await offers.replace(two, one, signal)).toBe(true);
  });
});

describe("a damaged row is an offer that ended long ago", () => {
  const ended = { madeAt: new Date(0), expiresAt: new Date(0), sealed: new Uint8Array() };

  test("and is replaced by whoever has seen it", async () => {
    const { offers, put } = aRealm();
    await put({ pendingId: { S: "one" }, madeAt: { S: "?" } });
    const seen = await offers.read("jo", signal);
    expect(seen).toEqual({ account: "jo", pendingId: "one", ...ended });
    expect(await offers.replace(three, two, signal)).toBe(false);
    expect(await offers.replace(two, seen, signal)).toBe(true);
    expect(await offers.read("jo", signal)).toEqual(two);
  });

  test("and is replaced by anybody, if it does not say of which link", async () => {
    const { offers, put } = aRealm();
    await put({ madeAt: { N: "1" } });
    expect(await offers.read("jo", signal)).toEqual({ account: "jo", pendingId: "", ...ended });
    expect(await offers.replace(one, null, signal)).toBe(true);
  });
});
