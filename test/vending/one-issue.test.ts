import { describe, expect, test } from "vitest";
import { aFailedIssue } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry } from "../support/policies.ts";

const refused = aFailedIssue({
  code: "credentials-rejected",
  detail: "The provider refuses these.",
});

/**
 * A process whose token comes too late to be stored. Meanwhile another one takes over, and is refused with an older secret
 * of its cache; and `change` happens.
 */
function lateProcess(here: TestDeployment, change = () => {}) {
  const { store } = here.dependencies();
  const issue = here.answer;
  let isFirst = true;
  const commit: typeof store.commit = async (...held) => {
    if (!isFirst) return store.commit(...held);
    isFirst = false;
    here.clock.advance(8000);
    here.cachedSecret = { text: "canary-old", version: "s0" };
    here.answer = () => refused;
    // It has no time to try the secret as it is now.
    await here.refusalOf({}, 7100);
    here.answer = issue;
    change();
    return store.commit(...held);
  };
  return here.process({ store: { ...store, commit } });
}

describe("a request whose token came too late", () => {
  test("does not ask again with the secret that it has used, although another process was refused", async () => {
    const here = new TestDeployment(atExpiry);
    await expect(lateProcess(here)({}, 20_000)).rejects.toMatchObject({
      code: "renewal-in-progress",
      message: "This request has caused one renewal and may not cause another.",
    });
    expect(here.asked).toEqual(["canary-secret", "canary-old"]);
  });

  test("asks again with one that is newer than both", async () => {
    const here = new TestDeployment(atExpiry);
    const rotate = () => here.secrets.set("default", { text: "canary-next", version: "s2" });
    expect(await lateProcess(here, rotate)({}, 20_000)).toMatchObject({ version: 1 });
    expect(here.asked).toEqual(["canary-secret", "canary-old", "canary-next"]);
  });
});
