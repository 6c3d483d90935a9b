import { expect, test } from "vitest";
import type { RealmEntry } from "../../../infra/realm-list.ts";
import { ping } from "../../../local/local-realm.ts";
import { summarizeOutcome } from "../../support/an-issuer.ts";
import type { DeclaredWorld } from "./declared-world.ts";
import { declaredWorld } from "./declared-world.ts";

const extraHeaders = { "X-Channel": "api", "X-Version": " 2 " };
const accountHeaders = { second: { "X-Merchant": "m-2", "X-Channel": "shop" } };
const accounts = ["default", "second"];
const common = { environment: "bank", extraHeaders, accountHeaders, accounts };

const tokenUrl = "https://bank.example/token";
const tokens: RealmEntry = { ...common, provider: "client-credentials", tokenUrl };
const keys: RealmEntry = {
  ...{ ...common, headerName: "X-Key", probePath: "/me" },
  provider: "static-key",
  apiBaseUrl: "https://bank.example",
};

/** What the API answers to the credential of an account, with these headers beside it. */
async function asked({ realm, issue, secrets }: DeclaredWorld, account: string) {
  const secret = secrets.get(`token-vending/${realm.settings.provider}/bank/${account}`) ?? {};
  const outcome = await issue({ secret });
  if (outcome.kind !== "issued") return expect.fail(summarizeOutcome(outcome));
  const token = outcome.token.expose();
  const own = { "x-key": token, authorization: `Bearer ${token}` };
  return (headers: Readonly<Record<string, string>>) => ping(realm, { ...own, ...headers });
}

test.each([tokens, keys])(
  "an API of $provider takes a credential with the declared headers alone",
  async (realm) => {
    const world = await declaredWorld(realm);
    const first = await asked(world, "default");
    expect(await first(extraHeaders)).toBe(200);
    expect(await first({ ...extraHeaders, "X-Other": "1" })).toBe(200);
    expect(await first({})).toBe(400);
    expect(await first({ ...extraHeaders, "X-Version": "3" })).toBe(400);

    const second = await asked(world, "second");
    expect(await second(extraHeaders)).toBe(400);
    expect(await second({ ...extraHeaders, ...accountHeaders.second })).toBe(200);
    expect(await second({ ...accountHeaders.second })).toBe(400);
    // Whose credential it is comes first.
    expect(await second({ ...extraHeaders, authorization: "Bearer wrong", "x-key": "wrong" })).toBe(
      401,
    );
  },
);

test("a key is tried with the headers of all accounts, and a new one wants what the old one did", async () => {
  const world = await declaredWorld(keys);
  const { issue, played, seeder, realm } = world;
  expect(summarizeOutcome(await issue({ settings: { extraHeaders: {} } }))).toBe(
    "credentials-rejected",
  );
  await played.incidents(seeder)(realm).rotate();
  const call = await asked(world, "default");
  expect([await call({}), await call(extraHeaders)]).toEqual([400, 200]);
});
