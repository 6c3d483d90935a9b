import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SecretWorld } from "./secret-world.ts";
import { startSecretWorld } from "./secret-world.ts";

let world: SecretWorld;
beforeAll(async () => {
  world = await startSecretWorld();
});
afterAll(() => world.stop());

const connection = "conferma/sandbox/default";
const secret = `token-vending/${connection}`;
const canary = "canary-9c1f";
const whole = { clientId: canary, clientSecret: canary, platformKey: canary };
const put = (given: Parameters<SecretWorld["vend"]>[1]) =>
  world.vend(`secret put ${connection}`, given);

describe("a value that is given", () => {
  const { platformKey: _, ...incomplete } = whole;
  test.each<[string, string | Uint8Array, string]>([
    ["without a member", JSON.stringify(incomplete), "platformKey: is missing"],
    ["with an empty member", JSON.stringify({ ...whole, clientId: "" }), "clientId: must not be"],
    [
      "with a line break",
      JSON.stringify({ ...whole, clientSecret: `${canary}\n` }),
      "clientSecret: must",
    ],
    [
      "with another type",
      JSON.stringify({ ...whole, clientSecret: [canary] }),
      "clientSecret: must be",
    ],
    [
      "with a misspelt member",
      JSON.stringify({ ...whole, clientid: canary }),
      "clientid is not a member",
    ],
    [
      "with a value as a name",
      JSON.stringify({ ...whole, [canary]: 1 }),
      "A member is not a member",
    ],
    ["that is no JSON", `clientSecret=${canary}`, "must be one JSON object"],
    ["that is broken", `{"clientId":"${canary}`, "must be one JSON object"],
    ["that is a list", `["${canary}"]`, "must be one JSON object"],
    ["in UTF-16", Buffer.from(`\ufeff${JSON.stringify(whole)}`, "utf16le"), "not encoded as UTF-8"],
    [
      "of too many bytes",
      JSON.stringify({ ...whole, clientId: canary.repeat(9000) }),
      "at most 65536",
    ],
  ])("%s is refused, by name and without a word of it", async (_, value, why) => {
    const before = await world.stagesOf(secret);
    for (const json of ["", " --json"]) {
      const ways = [
        await put({ piped: value }),
        await world.vend(`secret put ${connection} --file ${world.file(value)}${json}`),
      ];
      for (const { exitCode, out, notices } of ways) {
        expect([exitCode, notices]).toEqual([1, expect.stringContaining(why)]);
        expect(notices).toContain("Next: ");
        expect(out + notices).not.toContain(canary);
      }
    }
    expect(await world.stagesOf(secret)).toEqual(before);
  });

  test("may begin with a byte order mark", async () => {
    const { exitCode } = await put({ piped: `\ufeff${JSON.stringify(whole)}` });
    expect(exitCode).toBe(0);
    expect(await world.valueOf(secret)).toEqual(whole);
  });

  test.each([
    ["an empty pipe", { piped: "" }],
    ["nobody at the terminal", { typed: [] }],
    ["an interruption", { typed: ["client", null] }],
    ["Enter at a member that is required", { typed: ["client", "", "x"] }],
  ])("by %s is none", async (_, given) => {
    const before = await world.stagesOf(secret);
    expect(await put(given)).toMatchObject({
      exitCode: 1,
      notices: expect.stringMatching("no-value"),
    });
    expect(await world.stagesOf(secret)).toEqual(before);
  });

  test("in a file that cannot be read is none", async () => {
    const run = await world.vend(`secret put ${connection} --file /nowhere/secret.json`);
    expect([run.exitCode, run.notices]).toEqual([1, expect.stringContaining("ENOENT")]);
  });
});

test("a person is asked for each member, and may leave out what is optional", async () => {
  const cfis = "cfis/staging/default";
  const apiKey = world.stack.providers.cfis.registerKey();
  const run = await world.vend(`secret put ${cfis}`, { typed: [apiKey, ""] });
  expect(run.exitCode).toBe(0);
  expect(run.asked).toEqual([
    expect.stringMatching(/^apiKey \(the API key.*\), not shown: $/),
    expect.stringMatching(/^expiresAt \(.*press Enter to leave it out\)/),
  ]);
  expect(await world.valueOf(`token-vending/${cfis}`)).toEqual({ apiKey });
});

test.each([
  ["secret", "secret put <connection>"],
  ["secret put", "Missing required argument"],
  ["secret keep conferma/sandbox/default", "no such command"],
  [`secret put ${connection} ${canary}`, "too many arguments"],
  [`secret put ${connection} --clientSecret=${canary}`, "Unknown option --clientSecret."],
  [`secret ${canary} ${connection}`, "no such command"],
  [`${canary} ${connection}`, "no such command"],
  ["secret put acme/test/default", "is of no provider"],
  ["secret rotate conferma/sandbox/default", "no static key"],
  ["secret check conferma/sandbox/default --undo", "Unknown option --undo."],
  ["secret check conferma/sandbox/default --file x", "Unknown option --file."],
  ["secret put conferma/sandbox/default --undo --file x", "takes no value"],
])("`%s` is no command line, and nothing in it is repeated", async (line, why) => {
  const { exitCode, out, notices } = await world.vend(line);
  expect([exitCode, notices]).toEqual([2, expect.stringContaining(why)]);
  expect(out + notices).not.toContain(canary);
});

test("a person is not asked for what has several lines, and told how to give it", async () => {
  const client = `connectpay/stage/default`;
  const { exitCode, asked, notices } = await world.vend(`secret put ${client}`, {
    typed: ["client", canary],
  });
  expect([exitCode, asked.length]).toEqual([0, 2]);
  expect(notices).toMatch(/tlsCertificateChain, tlsPrivateKey.*use --file or a pipe/);
});
