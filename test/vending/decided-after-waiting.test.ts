import { describe, expect, test } from "vitest";
import type { Sealer } from "../../functions/model/sealer.ts";
import type { SecretSource } from "../../functions/model/secret-source.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, early } from "../support/policies.ts";

/** How long KMS takes to open a token. */
function slowly(
  here: TestDeployment,
  ms: number,
): Pick<ReturnType<TestDeployment["dependencies"]>, "sealer"> {
  const { sealer } = here.dependencies();
  const open: Sealer["open"] = async (...wanted) => {
    here.clock.advance(ms);
    return sealer.open(...wanted);
  };
  return { sealer: { ...sealer, open } };
}

describe("a token whose data key arrives late", () => {
  test.each([
    ["is vended to its last millisecond", 848, 1],
    ["is not vended at its end", 850, 2],
    ["is not vended past its end", 20_000, 2],
  ])("%s", async (_, keyMs, version) => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:04:58.150"));
    const vended = await here.process(slowly(here, keyMs))({}, 60_000);
    expect(vended.version).toBe(version);
    expect(vended.usableUntil && vended.usableUntil > here.clock.now()).toBe(true);
  });

  test("is not vended once it lasts for less than demanded", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:03:00.000"));
    const demanding = { minValiditySeconds: 119 };
    expect(await here.process(slowly(here, 0))(demanding)).toMatchObject({ version: 1 });
    expect(await here.process(slowly(here, 1))(demanding)).toMatchObject({ version: 2 });
  });

  test("is not vended when it does not open: another one is requested", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.sealingKey = 8;
    expect(await here.process(slowly(here, 850))()).toMatchObject({ version: 2 });
  });
});

describe("a token beside refused credentials", () => {
  test("is not vended when it expires while the secret is read", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.clock.moveTo(at("10:04:58.000"));
    here.answer = () => ({
      kind: "not-issued",
      code: "credentials-rejected",
      detail: "The provider refuses these.",
      mayHaveIssued: false,
      retryAfterMs: null,
    });
    expect(await here.vend()).toMatchObject({ version: 1 });
    const { secrets } = here.dependencies();
    const read: SecretSource["read"] = async (...wanted) => {
      here.clock.advance(1000);
      return secrets.read(...wanted);
    };
    await expect(here.process({ secrets: { read } })()).rejects.toMatchObject({
      code: "credentials-rejected",
    });
  });
});
