import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatPut } from "../../cli/secrets/format-secret.ts";
import { generateValue } from "../../local/secret-seeder.ts";
import type { SecretWorld } from "./secret-world.ts";
import { startSecretWorld } from "./secret-world.ts";

let world: SecretWorld;
beforeAll(async () => {
  world = await startSecretWorld();
});
afterAll(() => world.stop());

const nameOf = (connection: string) => `token-vending/${connection}`;
const client = () => ({ clientId: generateValue("client"), clientSecret: generateValue("secret") });

/** Vends, and returns the version of the secret with which the token was issued. */
async function inUse(connection: string) {
  expect((await world.vend(`vend ${connection}`)).exitCode).toBe(0);
  const { out } = await world.vend(`secret check ${connection} --json`);
  return JSON.parse(out).stored.secretVersion;
}

describe("a value of client credentials", () => {
  test("whose tokens coexist is tried by requesting one, and then is current", async () => {
    const connection = "client-credentials/acme/default";
    const { oauthServer } = world.stack.providers;
    const next = client();
    oauthServer.registerClient(next);
    const before = await world.stagesOf(nameOf(connection));
    const issued = oauthServer.counters.issues();
    const { exitCode, out } = await world.vend(
      `secret put ${connection} --file ${world.file(next)}`,
    );
    expect([exitCode, out]).toEqual([0, expect.stringContaining("The provider: accepts it.")]);
    expect(oauthServer.counters.issues()).toBe(issued + 1);
    expect(await world.valueOf(nameOf(connection))).toEqual(next);
    expect(await world.stagesOf(nameOf(connection))).toEqual({
      AWSCURRENT: expect.any(String),
      AWSPREVIOUS: before["AWSCURRENT"],
    });
  });

  test("that the provider refuses is never current, and keeps no stage", async () => {
    const connection = "client-credentials/acme/default";
    const before = await world.stagesOf(nameOf(connection));
    const { exitCode, notices } = await world.vend(
      `secret put ${connection} --file ${world.file(client())}`,
    );
    expect(exitCode).toBe(1);
    expect(notices).toMatch(/secret-refused.*nothing has changed.*Next: /s);
    expect(await world.stagesOf(nameOf(connection))).toEqual(before);
  });

  test.each([
    ["conferma/sandbox/default", "conferma", { platformKey: "platform" }],
    ["send-payments/sandbox/default", "sendPayments", {}],
  ] as const)(
    "of %s is not tried, because a new token would revoke the one in use",
    async (connection, simulator, more) => {
      const { counters } = world.stack.providers[simulator];
      const issued = counters.issues();
      const { exitCode, out } = await world.vend(
        `secret put ${connection} --file ${world.file({ ...client(), ...more })}`,
      );
      expect([exitCode, out]).toEqual([0, expect.stringContaining("would revoke the one in use")]);
      expect(counters.issues()).toBe(issued);
      expect((await world.vend(`secret put ${connection} --undo`)).exitCode).toBe(0);
    },
  );
});

describe("a static key", () => {
  test("is tried by the provider's probe, and then is vended", async () => {
    const connection = "cfis/staging/default";
    const apiKey = world.stack.providers.cfis.registerKey();
    const put = await world.vend(`secret put ${connection}`, { piped: JSON.stringify({ apiKey }) });
    expect([put.exitCode, put.out]).toEqual([0, expect.stringContaining("accepts it.")]);
    const { AWSCURRENT } = await world.stagesOf(nameOf(connection));
    await expect.poll(() => inUse(connection), { interval: 500 }).toBe(AWSCURRENT);
  });

  test("that the probe refuses is never current", async () => {
    const connection = "cfis/staging/default";
    const before = await world.stagesOf(nameOf(connection));
    const refused = world.file({ apiKey: generateValue("key") });
    for (const line of [`secret put ${connection}`, `secret rotate ${connection}`]) {
      const { exitCode, notices } = await world.vend(`${line} --file ${refused}`);
      expect([exitCode, notices]).toEqual([1, expect.stringContaining("secret-refused")]);
      expect(await world.stagesOf(nameOf(connection))).toEqual(before);
    }
  });

  test.each([
    ["static-key/acme/default", "apiKey"],
    ["cfis-provisioning/staging/default", "partnerProvisioningToken"],
    ["centrapay-api-key/test/default", "apiKey"],
  ])(
    "of %s is not tried, because its realm has no probe; an expired one is refused",
    async (connection, member) => {
      const value = { [member]: generateValue("key") };
      const expired = { ...value, expiresAt: "2020-01-01T00:00:00Z" };
      const refused = await world.vend(`secret put ${connection} --file ${world.file(expired)}`);
      expect([refused.exitCode, refused.notices]).toEqual([
        1,
        expect.stringContaining("expired at 2020"),
      ]);
      const put = await world.vend(`secret put ${connection} --file ${world.file(value)}`);
      expect([put.exitCode, put.out]).toEqual([0, expect.stringContaining("No probePath is set")]);
      expect(await world.valueOf(nameOf(connection))).toEqual(value);
    },
  );
});

test.each([
  "centrapay-user/test/default",
  "authorization-code/acme/jo",
  "connectpay/stage/default",
])(
  "the client of %s belongs to its realm, and is not sent without a consent",
  async (connection) => {
    const realm = connection.slice(0, connection.lastIndexOf("/"));
    const put = await world.vend(`secret put ${connection} --file ${world.file(client())}`);
    expect([put.exitCode, put.out]).toEqual([0, expect.stringContaining("a person's consent")]);
    expect(put.out).toContain(`token-vending/${realm}/default`);
  },
);

describe("a secret that does not exist", () => {
  test("is created, and its first value is current at once", async () => {
    const connection = "cfis/staging/new";
    const apiKey = world.stack.providers.cfis.registerKey();
    const { exitCode, notices } = await world.vend(
      `secret put ${connection} --file ${world.file({ apiKey })}`,
    );
    expect([exitCode, notices]).toEqual([0, expect.stringContaining("is created")]);
    expect(await world.stagesOf(nameOf(connection))).toEqual({ AWSCURRENT: expect.any(String) });
    expect((await world.vend(`vend ${connection}`)).exitCode).toBe(0);
  });

  test("is told when its first value is refused that this one is current", async () => {
    const connection = "cfis/staging/wrong";
    const file = world.file({ apiKey: generateValue("key") });
    const { exitCode, notices } = await world.vend(`secret put ${connection} --file ${file}`);
    expect([exitCode, notices]).toEqual([1, expect.stringContaining("current at once")]);
    const apiKey = world.stack.providers.cfis.registerKey();
    const next = await world.vend(`secret put ${connection} --file ${world.file({ apiKey })}`);
    expect(next.exitCode).toBe(0);
  });
});

test("a function that checks no secrets is not the one to name", async () => {
  const connection = "client-credentials/acme/default";
  const named = "--function token-vending-client-credentials-acme";
  const { exitCode, notices } = await world.vend(`secret check ${connection} ${named}`);
  expect(exitCode).toBe(1);
  expect(notices).toContain("--function …-renew");
});

test("after the first value for a consent comes the consent", () => {
  const put = { secret: "token-vending/x", versionId: "1", previous: null, isNew: true };
  const first = { ...put, trial: { outcome: "not-tried", detail: "", expiresAt: null } as const };
  const next = (connection: string) =>
    formatPut({ ...first, connection }, null)
      .split("\n")
      .at(-1);
  expect(next("connectpay/stage/default")).toMatch("vend -- consent connectpay/stage/default");
  expect(next("conferma/sandbox/default")).toMatch("vend -- vend conferma/sandbox/default");
});

test.each([
  [
    "conferma/sandbox/default",
    "b-conferma-sandbox",
    null,
    "vend -- vend {} --function b-conferma-sandbox",
  ],
  ["connectpay/stage/jo", "b", null, "vend -- consent {} --function b-begin-consent"],
  ["conferma/sandbox/default", "b", "0", "secret put {} --undo --function b-renew-tokens"],
])(
  "what comes next names the function, where a realm is deployed twice: %s",
  (connection, name, previous, next) => {
    const trial = { outcome: "not-tried", detail: "", expiresAt: null } as const;
    const put = { connection, secret: "b/x", versionId: "1", previous, isNew: true, trial };
    const lines = formatPut(put, `${name}-renew-tokens`).replaceAll(/\s+/g, " ");
    expect(lines).toContain(next.replace("{}", connection));
  },
);

describe("undo", () => {
  test("goes back to the value before, which is tried first, and back again", async () => {
    const connection = "cfis/staging/undone";
    const { cfis } = world.stack.providers;
    const [one, two] = [{ apiKey: cfis.registerKey() }, { apiKey: cfis.registerKey() }];
    const undo = `secret put ${connection} --undo`;
    await world.vend(`secret put ${connection} --file ${world.file(one)}`);
    expect(await world.vend(undo)).toMatchObject({
      exitCode: 1,
      notices: expect.stringContaining("no-previous"),
    });
    await world.vend(`secret put ${connection} --file ${world.file(two)}`);
    expect((await world.vend(undo)).exitCode).toBe(0);
    expect(await world.valueOf(nameOf(connection))).toEqual(one);
    cfis.revokeKey(two.apiKey);
    expect(await world.vend(undo)).toMatchObject({
      exitCode: 1,
      notices: expect.stringContaining("secret-refused"),
    });
    expect(await world.valueOf(nameOf(connection))).toEqual(one);
    expect(await world.valueOf(nameOf(connection), "AWSPREVIOUS")).toEqual(two);
  });
});

test("a value that is current already changes nothing, unless that is wanted", async () => {
  const connection = "cfis/staging/same";
  const file = world.file({ apiKey: world.stack.providers.cfis.registerKey() });
  await world.vend(`secret put ${connection} --file ${file}`);
  const before = await world.stagesOf(nameOf(connection));
  const again = await world.vend(`secret put ${connection} --file ${file}`);
  expect([again.exitCode, again.out]).toEqual([0, expect.stringContaining("already")]);
  expect(await world.stagesOf(nameOf(connection))).toEqual(before);
  await world.vend(`secret put ${connection} --file ${file} --yes`);
  expect((await world.stagesOf(nameOf(connection)))["AWSPREVIOUS"]).toBe(before["AWSCURRENT"]);
});

test("a value that the provider cannot be asked about is staged; --yes makes it current", async () => {
  const connection = "cfis/staging/default";
  const { cfis } = world.stack.providers;
  const file = world.file({ apiKey: cfis.registerKey() });
  const before = await world.stagesOf(nameOf(connection));
  cfis.injectFault({ kind: "respond", status: 503, route: "validate", times: 2 });
  const put = await world.vend(`secret put ${connection} --file ${file}`);
  expect([put.exitCode, put.notices]).toEqual([1, expect.stringContaining("secret-untried")]);
  const staged = await world.stagesOf(nameOf(connection));
  expect(staged).toEqual({ ...before, AWSPENDING: expect.any(String) });
  const forced = await world.vend(`secret put ${connection} --file ${file} --yes`);
  expect([forced.exitCode, forced.out]).toEqual([0, expect.stringContaining("could not be asked")]);
});
