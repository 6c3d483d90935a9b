import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { ConsentProviderId } from "../../functions/model/provider-id.ts";
import { consentLink } from "../../local/consent-links.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import { mere } from "../../local/simulators/oauth/people.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { present, vendClient } from "../../local/vend-client.ts";
import { answerOf, wordOf } from "../support/stack-answers.ts";
import { aVisitor, describeInBrowser } from "./chromium.ts";
import { inspect } from "./inspect-page.ts";
import { decide, goOn, reads } from "./person.ts";

const consented: readonly ConsentProviderId[] = [
  "centrapay-user",
  "connectpay",
  "authorization-code",
];

/** As deployed: the template's routes, each function under its own role, links made by an operator. */
describeInBrowser("the whole system, to a person with a link", () => {
  let folder = "";
  let stack: LocalStack;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "token-vending-stack-"));
    stack = await startStack({ folder, bundled: inject("bundlesFolder") });
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function realmOf(provider: ConsentProviderId): LocalRealm {
    const realm = stack.providers.realms.find(({ settings }) => settings.provider === provider);
    if (!realm) throw new Error(`No realm of the local stack is of ${provider}.`);
    return realm;
  }

  test.each(consented)("of %s: consent, then a token that opens the API", async (provider) => {
    const realm = realmOf(provider);
    const consumer = vendClient(stack.lambda.url, stack.identities.consumer.keys);
    const { name } = stack.functionOf(realm);
    expect(wordOf(await consumer.vend(name))).toBe("consent-required");
    const { page } = await aVisitor();
    await page.goto(await consentLink(stack, realm));
    await goOn(page);
    await decide(page, mere);
    await reads(page, "Access is granted");
    await inspect(page, `whole-system-${provider}`);
    const answer = answerOf(await consumer.vend(name));
    expect(await present(answer, realm)).toBe(200);
    consumer.close();
  });

  test("of another realm: an answer that went astray is refused", async () => {
    const { page } = await aVisitor();
    await page.goto(await consentLink(stack, realmOf("centrapay-user")));
    await goOn(page);
    await decide(page, mere);
    await reads(page, "Access is granted");
    await page.goto(page.url().replace("centrapay-user/test", "connectpay/stage"));
    await reads(page, "This answer does not belong here");
  });
});
