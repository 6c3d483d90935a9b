import { expect, onTestFinished, test } from "vitest";
import { readRealm } from "../../../functions/providers/catalogue.ts";
import { readRealms } from "../../../infra/realm-list.ts";
import { productionRealms, realms } from "../../../infra/realms.ts";
import { startDeclaredRealms } from "../../../local/declared/declared-realms.ts";
import { foreignSetting } from "../../../local/declared/local-addresses.ts";
import { unplayedSettings } from "../../../local/declared/unplayed-settings.ts";
import type { SecretSeeder } from "../../../local/secret-seeder.ts";

const forgetful: SecretSeeder = {
  create: async () => {},
  getOrGenerate: async (_name, generate) => generate(),
  add: async (_name, value) => value,
  rotate: async () => {},
};

test.each([
  ["dev and stage", realms],
  ["production", productionRealms],
])("every realm of %s is played on this machine", async (_, entries) => {
  const played = await startDeclaredRealms(readRealms(entries), {});
  onTestFinished(played.stop);
  await played.fillSecrets(forgetful, (realm) => `http://localhost/callback/${realm}`);
  expect(played.notPlayed).toEqual([]);
  const settings = played.realms.map((realm) => readRealm(JSON.stringify(realm.settings)));
  expect(settings.map(({ provider }) => provider)).toEqual(entries.map(({ provider }) => provider));
  expect(settings.map(foreignSetting).filter(Boolean)).toEqual([]);
  // An issuer is a name: it is compared, and nothing is sent there.
  const asked = settings.map((each) => ({ ...each, issuer: null }));
  const hosts = JSON.stringify(asked).match(/https?:\/\/[^/:"]+/g);
  expect(new Set(hosts)).toEqual(new Set(["http://127.0.0.1", "https://127.0.0.1"]));
});

test("a setting that no server knows of is named, and an address for which none stands is not asked", async () => {
  const realm = {
    provider: "client-credentials",
    environment: "a",
    tokenUrl: "https://a.example/token",
    audience: "https://a.example",
    assertion: { audience: "https://a.example" },
    accountHeaders: { second: { "X-A": "1" } },
  } as const;
  expect(unplayedSettings(realm)).toEqual([]);
  const { tokenUrl, accountHeaders } = realm;
  const special = { provider: "conferma", environment: "a", tokenUrl, accountHeaders } as const;
  expect(unplayedSettings(special)).toEqual(["accountHeaders"]);
  expect(foreignSetting(readRealm(JSON.stringify(realm)))).toBe("tokenUrl");
  const local = { ...realm, tokenUrl: "http://127.0.0.1:1/token" };
  expect(foreignSetting(readRealm(JSON.stringify(local)))).toBeUndefined();
  const later = { ...local, grant: { from: ["wss://a.example"] } };
  expect(foreignSetting(later as never)).toBe("grant");
  expect(unplayedSettings({ ...local, later: 1 } as never)).toEqual(["later"]);
});

test("where nothing can be played nothing is started, and it says why", async () => {
  const listed = readRealms([{ provider: "static-key", environment: "a", headerName: "X-Key" }]);
  await expect(startDeclaredRealms(listed, {}, () => undefined)).rejects.toThrow(
    "Nothing can be played.\nstatic-key/a: nothing on this machine plays this provider",
  );
});
