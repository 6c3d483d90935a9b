import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, early, onRotation } from "../support/policies.ts";

const ms = (time: string): AttributeValue => ({ N: String(at(time).getTime()) });
const pk = "conferma/production/default";

/** Somebody who may write to the table, and has no key, changes one attribute. */
function forge(
  { table }: TestDeployment,
  changes: Readonly<Record<string, AttributeValue | null>>,
): void {
  const item = { ...table.items.get(pk) };
  for (const [name, value] of Object.entries(changes)) {
    if (value) item[name] = value;
    else delete item[name];
  }
  table.items.set(pk, item);
}

describe("a stored token is not vended under terms that it was not sealed with", () => {
  test.each<[rule: string, changes: Readonly<Record<string, AttributeValue | null>>]>([
    ["a later end of use", { usableUntil: ms("10:09:00.000") }],
    ["an earlier one", { usableUntil: ms("10:04:30.000") }],
    ["no end of use", { usableUntil: null }],
    ["another stated expiry", { expiresAt: ms("10:10:00.000") }],
    ["an earlier request", { requestedAt: ms("09:59:00.000") }],
    ["a later answer", { issuedAt: ms("10:00:00.900") }],
    ["another policy", { issuedUnder: { S: "early" } }],
    ["no policy", { issuedUnder: null }],
    ["another fingerprint", { fingerprint: { S: "0123456789ab" } }],
    ["another version of the secret", { secretVersion: { S: "s2" } }],
    ["another version", { version: { N: "2" } }],
  ])("%s", async (_, changes) => {
    const here = new TestDeployment(atExpiry);
    const { token } = await here.vend();
    here.clock.moveTo(at("10:00:01.000"));
    forge(here, changes);
    const vended = await here.vend();
    expect(vended.token.expose()).not.toBe(token.expose());
    expect(here.log.join()).toMatch(/token-unreadable|record-damaged/);
  });

  test("the same attributes, written as they were, change nothing", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    forge(here, {});
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });
});

test("an expired token is not vended again by moving its end", async () => {
  const here = new TestDeployment(early);
  const { token } = await here.vend();
  here.clock.moveTo(at("10:20:00.000"));
  forge(here, { usableUntil: ms("10:40:00.000"), renewAt: ms("10:30:00.000") });
  expect((await here.vend()).token.expose()).not.toBe(token.expose());
});

test("a static key that was replaced is not vended again as the key of the new secret", async () => {
  const here = new TestDeployment(onRotation);
  here.callsProvider = false;
  here.lifetime = { kind: "unlimited", until: null };
  here.answer = (secret) => here.issued(`canary-key of ${secret}`);
  await here.vend();
  const stolen = here.table.items.get(pk);
  here.secrets.set("default", { text: "canary-other", version: "s2" });
  here.clock.advance(10_000);
  const { token, version } = await here.vend();
  expect(version).toBe(2);
  here.table.items.set(pk, { ...stolen, secretVersion: { S: "s2" } });
  here.clock.advance(10_000);
  expect((await here.vend()).token.expose()).toBe(token.expose());
});
