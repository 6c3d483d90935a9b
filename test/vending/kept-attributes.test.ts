import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { consentedDeployment } from "../support/consented-deployment.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { early } from "../support/policies.ts";

const pk = "conferma/production/default";

/** A deployment whose provider says `answers` beside its tokens, one after the other. */
function answering(...answers: readonly Readonly<Record<string, string>>[]): TestDeployment {
  const here = new TestDeployment(early);
  here.answer = () => ({ ...here.issued(), attributes: answers[here.asked.length - 1] });
  return here;
}

describe("what is kept of a token's answer", () => {
  test("is vended with the token, by who has issued it and by all who read it", async () => {
    const here = answering({ instance_url: "https://eu1.acme.example", app: "7" });
    const issued = await here.vend();
    expect(issued.attributes).toEqual({ instance_url: "https://eu1.acme.example", app: "7" });
    expect((await here.vend()).attributes).toEqual(issued.attributes);
    expect(here.asked).toHaveLength(1);
  });

  test("goes with its token: the next answer says all that there is", async () => {
    const here = answering({ a: "1", b: "1" }, { a: "2" });
    await here.vend();
    expect((await here.vend({ rejectedVersion: 1 })).attributes).toEqual({ a: "2" });
    expect((await here.vend()).attributes).toEqual({ a: "2" });
    expect(await here.vend({ rejectedVersion: 2 })).not.toHaveProperty("attributes");
    expect(here.table.items.get(pk)).not.toHaveProperty("tokenDetails");
  });

  test("opens whatever the order in which the table answers it", async () => {
    const here = answering({ b: "2", a: "1" });
    await here.vend();
    const { tokenDetails, ...item } = here.table.items.get(pk) ?? {};
    const { of, attributes } = tokenDetails?.M ?? expect.fail("nothing is kept");
    const turned = Object.fromEntries(Object.entries(attributes?.M ?? {}).toReversed());
    here.table.items.set(pk, { ...item, tokenDetails: aMap({ of, attributes: aMap(turned) }) });
    expect(await here.vend()).toMatchObject({ version: 1, attributes: { a: "1", b: "2" } });
    expect(here.asked).toHaveLength(1);
  });
});

describe("a token is not vended with an address that somebody has written into the table", () => {
  const forged = "https://evil.example";
  const attributes = { instance_url: "https://eu1.acme.example" };

  test("in the place of its answer's", async () => {
    const here = answering(attributes, attributes);
    await here.vend();
    forge(here, "tokenDetails", forged);
    expect(await here.vend()).toMatchObject({ version: 2, attributes });
    expect(here.log.join()).toContain("token-unreadable");
  });

  test("in the place of its consent's", async () => {
    const here = await consentedDeployment({
      refreshToken: new Sensitive("refresh-1"),
      ...{ refreshEndsAt: null, grantedScope: null, subject: null, customer: null },
      details: { attributes },
    });
    expect(await here.vend()).toMatchObject({ version: 1, attributes });
    forge(here, "consentDetails", forged);
    expect(await here.vend()).toMatchObject({ version: 2, attributes });
    expect(here.log.join()).toContain("token-unreadable");
  });
});

const aMap = (M: Record<string, AttributeValue | undefined>) => ({ M }) as AttributeValue;

/** Somebody who may write to the table, and has no key, replaces what is kept. */
function forge({ table }: TestDeployment, name: string, address: string): void {
  const item = table.items.get(pk) ?? {};
  const details = item[name]?.M ?? expect.fail(`no ${name}`);
  const attributes = aMap({ instance_url: { S: address } });
  table.items.set(pk, { ...item, [name]: aMap({ ...details, attributes }) });
}
