import { expect, test } from "vitest";
import { connectionOf } from "../../../functions/model/connection.ts";
import { at } from "../../support/a-record.ts";
import { TestDeployment } from "../../support/dependencies.ts";
import { atExpiry } from "../../support/policies.ts";

test("a record of a newer release is one failure of a tick, and the others are renewed", async () => {
  const here = new TestDeployment(atExpiry);
  here.secrets.set("newer", { text: "secret of newer", version: "s1" });
  await here.vend();
  await here.vend({ account: "newer" });
  const newer = connectionOf({ provider: "conferma", environment: "production" }, "newer");
  here.table.items.set(newer, { ...here.table.items.get(newer), layout: { N: "2" } });
  here.clock.moveTo(at("10:04:00.000"));
  expect(await here.tick()).toEqual({ due: 2, renewed: 1, skipped: 0, failed: 1 });
  expect(here.logged("renewal-failed")).toMatchObject([{ connection: newer, code: "internal" }]);
});
