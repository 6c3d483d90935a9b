import path from "node:path";
import { expect, it } from "vitest";
import { confermaWorld } from "../support/stack-realms.ts";

const root = path.join(import.meta.dirname, "../../functions");

it("a cold vend", async () => {
  const { stack, realm } = await confermaWorld();
  const process = await stack.startSource(realm, stack.kmsKey);
  const { answer, ran } = await process.vendTraced(root);
  console.log(JSON.stringify(ran, null, 1));
  console.log(Object.keys(ran).length);
  expect(answer).toMatchObject({ version: 1 });
  const again = await process.vendTraced(root);
  console.log(Object.keys(again.ran));
  const second = await stack.startSource(realm, stack.kmsKey);
  console.log(Object.keys((await second.vendTraced(root)).ran));
});
