import { expect, test } from "vitest";
import { mere } from "../../local/simulators/people.ts";
import { answerOf } from "../support/stack-answers.ts";
import { startCeremony, useBundles } from "./ceremony.ts";
import { aVisitor, describeInBrowser } from "./chromium.ts";
import { inspect } from "./inspect-page.ts";
import { decide } from "./person.ts";

useBundles();

describeInBrowser("a person who allows everything", () => {
  test.each(["centrapay-user/test", "connectpay/stage", "authorization-code/acme"] as const)(
    "at %s sees that it is granted, and the token is vended",
    async (realm) => {
      const ceremony = await startCeremony();
      const { page } = await aVisitor();
      await page.goto(await ceremony.begin(realm));
      await inspect(page, `${realm.replace("/", "-")}-link`);
      await page.getByRole("button", { name: /^Continue to/ }).click();
      await decide(page, mere);
      await page.getByRole("heading", { name: "Access is granted" }).waitFor();
      await inspect(page, `${realm.replace("/", "-")}-granted`);
      const answer = answerOf(await ceremony.vend(realm));
      expect(answer.version).toBe(1);
    },
  );
});
