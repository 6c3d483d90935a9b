import { describe, expect, test } from "vitest";
import { at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry, early } from "../../support/policies.ts";

/** Two accounts whose secrets name the same platform; the first has issued for it. */
async function twoOfOnePlatform() {
  const here = new TestDeployment(atExpiry);
  here.secrets.set("other", { text: "canary-secret", version: "s1" });
  await here.vend();
  return here;
}
const conflict = {
  code: "scope-conflict",
  message:
    "conferma/production/default already issues for the same platform key or client id, and each new token revokes the other's. Vend from conferma/production/default, or give this connection credentials of its own.",
};
const claims = ({ table }: TestDeployment) =>
  [...table.items].filter(([pk]) => pk.includes("~scope")).map(([, item]) => item["scopeOwner"]?.S);

describe("a revocation scope (P1)", () => {
  test("belongs to the connection that first issued in it", async () => {
    const here = await twoOfOnePlatform();
    expect(await here.refusalOf({ account: "other" })).toMatchObject(conflict);
    expect(here.asked).toHaveLength(1);
    expect(claims(here)).toEqual(["conferma/production/default"]);
  });

  test("is claimed once: later issues find it in the record", async () => {
    const here = await twoOfOnePlatform();
    let claimed = 0;
    const { store } = here.dependencies();
    const claimScope: typeof store.claimRevocationScope = (...wanted) => {
      claimed += 1;
      return store.claimRevocationScope(...wanted);
    };
    await here.process({ store: { ...store, claimRevocationScope: claimScope } })({
      rejectedVersion: 1,
    });
    expect(here.asked).toHaveLength(2);
    expect(claimed).toBe(0);
  });

  test("is not claimed where there is none", async () => {
    const here = new TestDeployment(early);
    here.callsProvider = false;
    await here.vend();
    expect(claims(here)).toEqual([]);
    expect(await here.record()).toMatchObject({ revocationScope: null });
  });

  test("lapses when its owner has no record any more", async () => {
    const here = await twoOfOnePlatform();
    here.table.items.delete("conferma/production/default");
    expect(await here.vend({ account: "other" })).toMatchObject({ version: 1 });
    expect(claims(here)).toEqual(["conferma/production/other"]);
    expect(await here.refusalOf()).toMatchObject({ code: "scope-conflict" });
  });

  test("lapses when its owner has issued in another one since", async () => {
    const here = await twoOfOnePlatform();
    here.secrets.set("default", { text: "canary-moved", version: "s2" });
    await here.vend({ rejectedVersion: 1 });
    expect(await here.vend({ account: "other" })).toMatchObject({ version: 1 });
    expect(claims(here).sort()).toEqual([
      "conferma/production/default",
      "conferma/production/other",
    ]);
  });

  test("does not lapse while its owner holds a lease, under which it may issue anywhere", async () => {
    const here = await twoOfOnePlatform();
    here.secrets.set("default", { text: "canary-moved", version: "s2" });
    await here.vend({ rejectedVersion: 1 });
    here.clock.moveTo(at("10:05:30.000"));
    let told: unknown;
    here.answer = async () => {
      here.answer = () => here.issued();
      told = await here.refusalOf({ account: "other" });
      return here.issued();
    };
    await here.vend();
    expect(told).toMatchObject({ code: "scope-conflict" });
  });

  test("that lapsed goes to one of those who want it", async () => {
    const here = await twoOfOnePlatform();
    here.table.items.delete("conferma/production/default");
    const { store } = here.dependencies();
    const claimScope: typeof store.claimRevocationScope = async (
      connection,
      scope,
      lapsedOwner,
      signal,
    ) => {
      const third = "conferma/production/third" as typeof connection;
      if (lapsedOwner) await store.claimRevocationScope(third, scope, lapsedOwner, signal);
      return store.claimRevocationScope(connection, scope, lapsedOwner, signal);
    };
    const vending = here.process({ store: { ...store, claimRevocationScope: claimScope } })({
      account: "other",
    });
    await expect(vending).rejects.toMatchObject({
      code: "scope-conflict",
      message: expect.stringContaining("Vend from conferma/production/third"),
    });
    expect(here.asked).toHaveLength(1);
  });
});
