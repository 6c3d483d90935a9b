import { expect, onTestFinished, test } from "vitest";
import { needsConsent, readRealm } from "../../../functions/providers/catalogue.ts";
import { readRealms } from "../../../infra/realm-list.ts";
import { startDeclaredRealms } from "../../../local/declared/declared-realms.ts";
import { ping } from "../../../local/local-realm.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import { everyReadyRealm } from "../../support/every-ready-realm.ts";
import { declaredWorld } from "./declared-world.ts";

test("every ready realm is played, with all that it declares", async () => {
  const played = await startDeclaredRealms(readRealms(everyReadyRealm), {});
  onTestFinished(played.stop);
  expect(played.notPlayed).toEqual([]);
  expect(played.realms).toHaveLength(everyReadyRealm.length);
});

const withoutPeople = everyReadyRealm.filter(({ provider }) => !needsConsent(provider));

test.each(withoutPeople)(
  "$provider/$environment is vended from its server, and used as it declares",
  async (entry) => {
    const { realm, providerOf, issue } = await declaredWorld(entry);
    const outcome = await issue();
    if (outcome.kind !== "issued") return expect.fail(summarizeOutcome(outcome));
    const { headerName, scheme } = providerOf().presentation;
    const value = [scheme, outcome.token.expose()].filter(Boolean).join(" ");
    const { extraHeaders } = readRealm(JSON.stringify(realm.settings));
    expect(await ping(realm, { ...extraHeaders, [headerName]: value })).toBe(200);
  },
);
