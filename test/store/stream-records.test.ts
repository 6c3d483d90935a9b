import type { StreamRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { readStreamRecord } from "../../functions/store/stream-records.ts";
import { readTold, toldAttribute } from "../../functions/store/told-attribute.ts";
import { at } from "../support/a-record.ts";

const logged: object[] = [];
const note = (event: string, fields?: object) => void logged.push({ event, ...fields });
const log = { info: note, warn: note, error: note };

const image = (changes: object = {}) => ({
  pk: { S: "connectpay/stage/jo" },
  realm: { S: "connectpay/stage" },
  layout: { N: "1" },
  fence: { N: "4" },
  version: { N: "2" },
  consentedAt: { N: "1000" },
  sealedRefresh: { B: Buffer.from("refresh").toString("base64") },
  refreshVersion: { N: "2" },
  refreshFingerprint: { S: "0123456789ab" },
  ...changes,
});

function read(changes: object, old: object | null = null) {
  const streamed = {
    Keys: { pk: image(changes).pk },
    NewImage: image(changes),
    ...(old ? { OldImage: old } : {}),
    SequenceNumber: "111",
    ApproximateCreationDateTime: 1_795_168_800,
  };
  return readStreamRecord(streamed as StreamRecord, log);
}

describe("a record of the stream", () => {
  test("has both images, its place and its time", () => {
    const change = read({ fence: { N: "5" } }, image());
    expect(change).toMatchObject({ connection: "connectpay/stage/jo", sequence: "111" });
    expect(change?.at).toEqual(new Date(1_795_168_800_000));
    expect(change?.before?.record.fence).toBe(4);
    expect(change?.after?.record).toMatchObject({ fence: 5, version: 2, damage: [] });
    expect(change?.after?.record.consent?.refresh?.sealed).toEqual(Buffer.from("refresh"));
  });

  test("has no image of what was not there, or is gone", () => {
    const [made, gone] = [
      readStreamRecord({ Keys: { pk: image().pk }, NewImage: image() }, log),
      readStreamRecord({ Keys: { pk: image().pk }, OldImage: image() }, log),
    ];
    expect([made?.before, gone?.after]).toEqual([null, null]);
  });

  test.each([
    "connectpay/stage/~scope/01",
    "connectpay/stage/~consent/01",
    "connectpay/stage/~asked/jo",
    "connectpay/stage/~freeze",
    "~notices",
  ])("of another row says nothing: %s", (pk) =>
    expect(readStreamRecord({ Keys: { pk: { S: pk } } }, log)).toBeNull(),
  );

  test("without a key, or with one that is no text, says nothing", () => {
    for (const Keys of [undefined, {}, { pk: { N: "1" } }]) {
      const NewImage = image();
      expect(readStreamRecord({ ...(Keys && { Keys }), NewImage } as StreamRecord, log)).toBeNull();
    }
  });

  test("of a newer release says nothing, and is logged", () => {
    logged.length = 0;
    expect(read({ layout: { N: "2" } })).toBeNull();
    expect(logged).toMatchObject([
      { event: "record-unreadable", connection: "connectpay/stage/jo", code: "internal" },
    ]);
  });

  test.each([
    { fence: { S: "four" }, consentedAt: { S: "once" } },
    { sealedRefresh: { S: "text" }, told: { N: "1" }, ledger: { L: [{ S: "entry" }] } },
    { failure: { M: {} }, frozen: { NULL: true }, dueRealm: { S: "x" } },
  ])("of a damaged row is read as far as it goes (%#)", (damage) => {
    expect(read(damage)?.after?.record.connection).toBe("connectpay/stage/jo");
  });
});

describe("what was told", () => {
  const end = { endsAt: at("10:00:00.000"), since: at("09:00:00.000"), days: 7 };

  test.each([
    { end, contestOverOf: null },
    { end: null, contestOverOf: at("08:00:00.000") },
    { end, contestOverOf: at("08:00:00.000") },
  ])("is read as it was written (%#)", (told) => {
    const attribute = toldAttribute(told);
    expect(readTold({ told: attribute })).toEqual({ ...told, stored: attribute.S });
  });

  test.each([
    undefined,
    { N: "7" },
    { S: "" },
    { S: "{" },
    { S: "null" },
    { S: "[1]" },
    { S: '{"end":7}' },
    { S: '{"end":{"endsAt":1e99,"since":0,"days":1}}' },
  ])("is nothing where no release of ours has written it (%#)", (told) => {
    const item = told ? { told: told as { S: string } } : {};
    expect(readTold(item)).toEqual({ end: null, contestOverOf: null, stored: told?.S ?? null });
  });
});
