import { expect, test } from "vitest";
import { everyReadyRealm } from "../support/every-ready-realm.ts";
import { deployed, synthesized } from "./synthesized.ts";

test("every ready realm is deployed with the settings that it has", () => {
  const { functions } = deployed(synthesized(everyReadyRealm));
  const realms = functions.flatMap(({ environment }) => environment["REALM"] ?? []);
  for (const realm of everyReadyRealm)
    expect(realms.map((text) => JSON.parse(text))).toContainEqual(realm);
});
