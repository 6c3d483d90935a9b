import { expect, test } from "vitest";
import type { DynamoDbAnswer } from "../../local/aws/dynamodb/dynamodb.ts";
import { tableEvents } from "../../local/table-events.ts";
import { byConsent } from "../support/policies.ts";

const connection = "connectpay/stage/jo";
const log = { info: () => {}, warn: () => {}, error: () => {} };
const plain = {
  ...{ pk: { S: connection }, realm: { S: "connectpay/stage" }, layout: { N: "1" } },
  ...{ fence: { N: "1" }, version: { N: "0" } },
};
const consented = {
  ...{ ...plain, consentedAt: { N: "1000" }, refreshVersion: { N: "1" } },
  ...{ sealedRefresh: { B: "c2VhbGVk" }, refreshFingerprint: { S: "0123456789ab" } },
};

type Exchange = readonly [operation: string, asked: object, answer: object];

/** The kinds of the events of these answers, in their order. */
function kindsAfter(...answers: readonly Exchange[]) {
  const told: string[] = [];
  const take = tableEvents({
    realms: new Map([["connectpay/stage", { policy: byConsent }]]),
    log,
    onEvent: ({ kind }) => void told.push(kind),
  });
  for (const [operation, asked, content] of answers) {
    const body = JSON.stringify(asked);
    const answer = { at: 1000, status: 200, content: Buffer.from(JSON.stringify(content)) };
    take({ operation, body, answer } satisfies DynamoDbAnswer);
  }
  return told;
}

const update = (Attributes: object): Exchange => [
  ...(["UpdateItem", { ReturnValues: "ALL_NEW" }, { Attributes }] as const),
];

test("each write is compared with the one before it", () => {
  expect(kindsAfter(update(plain), update(consented), update(consented), update(plain))).toEqual([
    "consent-granted",
    "consent-ended",
  ]);
});

const other = { ...consented, pk: { S: "connectpay/stage/~consent/01" } };

test.each([
  ["GetItem", { Item: consented }],
  ["BatchGetItem", { Responses: { Tokens: [other, consented] } }],
])("what an earlier run has written is known from a read: %s", (operation, answer) => {
  const later = update({ ...consented, fence: { N: "2" } });
  expect(kindsAfter([operation, {}, answer], later)).toEqual([]);
  expect(kindsAfter(later)).toEqual(["consent-granted"]);
});

test("a read of some attributes says nothing of the record before a write", () => {
  const names = { ProjectionExpression: "pk" };
  for (const asked of [names, { RequestItems: { Tokens: names } }]) {
    const read: Exchange = ["GetItem", asked, { Item: consented }];
    expect(kindsAfter(read, update(consented))).toEqual(["consent-granted"]);
  }
});

test("another row, and a write without its record, tell nothing", () => {
  const silent: Exchange = ["UpdateItem", { ReturnValues: "NONE" }, {}];
  expect(kindsAfter(update(other), silent)).toEqual([]);
});
