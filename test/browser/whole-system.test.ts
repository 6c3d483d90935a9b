import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { ConsentProviderId } from "../../functions/providers/catalogue.ts";
import { createConsentLink } from "../../local/consent-links.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { createVendClient, useCredential } from "../../local/vend-client.ts";
import { expectAnswer, versionOrCode } from "../support/stack-answers.ts";
import { describeInBrowser, openVisitor } from "./chromium.ts";
import { checkPage } from "./inspect-page.ts";
import { continueToProvider, decideOnConsent, expectTitle } from "./provider-pages.ts";

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
    const consumer = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
    const { name } = stack.functionOf(realm);
    expect(versionOrCode(await consumer.vend(name))).toBe("consent-required");
    const { page } = await openVisitor();
    await page.goto(await createConsentLink(stack, realm));
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    await checkPage(page, `whole-system-${provider}`);
    const answer = expectAnswer(await consumer.vend(name));
    expect(await useCredential(answer, realm)).toBe(200);
    consumer.close();
  });

  test("of another realm: an answer that arrives there is refused", async () => {
    const { page, visited } = await openVisitor();
    await page.goto(await createConsentLink(stack, realmOf("centrapay-user")));
    await continueToProvider(page);
    await decideOnConsent(page, defaultUser);
    await expectTitle(page, "Access is granted");
    const callback = visited.findLast((address) => address.includes("/callback/")) ?? "";
    await page.goto(
      callback.replace("GET ", "").replace("centrapay-user/test", "connectpay/stage"),
    );
    await expectTitle(page, "This answer does not match your request");
  });
});
