import { describe, expect, test, vi } from "vitest";
import { commands } from "../../cli/commands.ts";
import { optionTexts } from "../../cli/options.ts";
import { optionNamesOf, parseCommandLine } from "../../cli/parse-command-line.ts";
import { problemOf } from "../../functions/http/problem.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";
import { AwsError } from "../../local/aws/json-protocol/aws-json.ts";
import { ALLOW_ALL } from "../../local/aws/sigv4/guard.ts";
import { lambdaAccount } from "./lambda-account.ts";

const connection = "conferma/production/default";
const credential = {
  connection,
  version: 13,
  header: { name: "Authorization", value: "Bearer canary-token" },
  token: "canary-token",
  fingerprint: "9f86d081884c",
  issuedAt: "2026-11-20T10:00:00.000Z",
  usableUntil: "2026-11-20T10:04:58.000Z",
  expiresAt: "2026-11-20T10:05:00.000Z",
};

const vending = (answer: (payload: object) => unknown, realm = "conferma/production") => ({
  "stack-Vend": { description: `Vends the tokens of ${realm}`, answer },
});
const meeting = (code: ProblemCode, seconds: number | null = null) =>
  vending(() => ({
    problem: problemOf(new VendingError(code, "Some detail.", seconds), connection),
  }));

describe("vend", () => {
  test("finds the realm's function, and shows the credential but not the token", async () => {
    const account = await lambdaAccount({
      "stack-Other": { description: "Vends the tokens of conferma/sandbox", answer: () => null },
      ...vending(() => credential),
    });
    const { exitCode, out, notices } = await account.run(`vend ${connection}`);
    expect({ exitCode, notices }).toEqual({ exitCode: 0, notices: "" });
    expect(account.invoked).toEqual([{ name: "stack-Vend", payload: { account: "default" } }]);
    expect(out).toBe(
      [
        "  connection     conferma/production/default",
        "  version        13",
        "  fingerprint    9f86d081884c",
        "  issued         2026-11-20T10:00:00.000Z (1 min ago)",
        "  usable until   2026-11-20T10:04:58.000Z (in 3 min 58 s)",
        "  expires        2026-11-20T10:05:00.000Z (in 4 min)",
        "  header         Authorization (--show-token shows it)",
      ].join("\n"),
    );
  });

  test("shows the token where it is asked for, and so does --json", async () => {
    const account = await lambdaAccount(vending(() => credential));
    const hidden = await account.run(`vend ${connection} --json`);
    expect(hidden.out).not.toContain("canary-token");
    expect(JSON.parse(hidden.out)).toMatchObject({
      version: 13,
      header: { name: "Authorization" },
    });
    const asked = await account.run(`vend ${connection} --show-token`);
    expect(asked.out).toContain("Authorization: Bearer canary-token");
    const json = await account.run(`vend ${connection} --json --show-token`);
    expect(JSON.parse(json.out)).toEqual(credential);
  });

  test("says that a key has no end", async () => {
    const key = { ...credential, usableUntil: null, expiresAt: null };
    const { out } = await (await lambdaAccount(vending(() => key))).run(`vend ${connection}`);
    expect(out).toContain("usable until   no end");
  });

  test("demands a validity", async () => {
    const account = await lambdaAccount(vending(() => credential));
    await account.run(`vend ${connection} --min-validity 30`);
    expect(account.invoked[0]?.payload).toEqual({ account: "default", minValiditySeconds: 30 });
  });

  test("names the request that a proof is for", async () => {
    const account = await lambdaAccount(vending(() => credential));
    const proofFor = "GET https://api.example/ping";
    await account.run(["vend", connection, "--proof-for", proofFor]);
    expect(account.invoked[0]?.payload).toEqual({ account: "default", proofFor });
  });
});

test("reject names the version, and shows what is vended instead", async () => {
  const account = await lambdaAccount(vending(() => ({ ...credential, version: 14 })));
  const { out } = await account.run(`reject ${connection} 13`);
  expect(account.invoked[0]?.payload).toEqual({ account: "default", rejectedVersion: 13 });
  expect(out).toContain("version        14");
});

describe("consent", () => {
  const realm = "connectpay/live";
  const consents = (answer: (payload: object) => unknown) => ({
    "stack-Begin": { description: `Asks people for a consent to ${realm}`, answer },
    "stack-Complete": { description: `Takes the answers of people's consents to ${realm}`, answer },
  });
  const granted = {
    connection: "connectpay/live/jo",
    version: 1,
    grantedScope: "psd2-ais",
    endsAt: "2026-12-20T10:01:00.000Z",
    customer: "Mo********co",
  };

  test("prints the link, and what to do with it", async () => {
    const link = { url: "https://vend.example/consent/a", expiresAt: "2026-11-20T10:11:00.000Z" };
    const account = await lambdaAccount(consents(() => link));
    const { exitCode, out } = await account.run("consent connectpay/live/jo");
    expect(exitCode).toBe(0);
    expect(account.invoked).toEqual([{ name: "stack-Begin", payload: { account: "jo" } }]);
    expect(out).toContain("\n  https://vend.example/consent/a\n");
    expect(out).toContain("in 10 min");
    expect(out).toContain("npm run vend -- vend connectpay/live/jo");
  });

  test("that grants nothing of what was requested says so", async () => {
    const account = await lambdaAccount(consents(() => ({ ...granted, grantedScope: "" })));
    const { out } = await account.run("paste-code connectpay/live/jo", "code-1");
    expect(out).toContain("granted      nothing");
  });

  test("by a pasted code reads the code, and shows what was granted", async () => {
    const account = await lambdaAccount(consents(() => granted));
    const { exitCode, out } = await account.run("paste-code connectpay/live/jo", "code-1");
    expect(exitCode).toBe(0);
    expect(account.invoked).toEqual([
      { name: "stack-Complete", payload: { account: "jo", code: "code-1" } },
    ]);
    expect(out).toContain("ends         2026-12-20T10:01:00.000Z (in 30 d)");
    expect(out).not.toContain("code-1");
  });

  test("by a pasted code takes no code from its arguments, and no empty one", async () => {
    const account = await lambdaAccount(consents(() => granted));
    const argued = await account.run("paste-code connectpay/live/jo code-1", "code-1");
    expect(argued).toMatchObject({ exitCode: 2, out: "" });
    const nothing = await account.run("paste-code connectpay/live/jo", null);
    expect(nothing).toMatchObject({ exitCode: 1, notices: expect.stringContaining("no-code") });
    expect(account.invoked).toEqual([]);
  });

  test.each([
    [true, "The provider has revoked the consent."],
    [false, "It may go on at the provider."],
    [null, "It may go on at the provider."],
  ])("is ended only with --yes; revoked: %j", async (revoked, words) => {
    const account = await lambdaAccount(
      consents(() => ({ connection: "connectpay/live/jo", revoked, detail: "It answered 7." })),
    );
    const hasty = await account.run("disconnect connectpay/live/jo");
    expect(hasty).toMatchObject({ exitCode: 2, notices: expect.stringContaining("--yes") });
    expect(account.invoked).toEqual([]);
    const { exitCode, out } = await account.run("disconnect connectpay/live/jo --yes");
    expect(exitCode).toBe(0);
    expect(account.invoked[0]?.payload).toEqual({ account: "jo", disconnect: true });
    expect(out).toContain(words);
    expect(out).toContain("It answered 7.");
  });

  test("says so where there was nothing to end", async () => {
    const answer = { connection: "connectpay/live/jo", revoked: null, detail: "Nothing." };
    const account = await lambdaAccount(consents(() => ({ ...answer, wasEmpty: true })));
    const { out } = await account.run("disconnect connectpay/live/jo --yes");
    expect(out.trim()).toBe("connectpay/live/jo was not connected. Nothing.");
  });

  test("strips terminal control characters from names", async () => {
    const customer = "Jo\u001b]0;owned\u0007\u009b31m";
    const account = await lambdaAccount(consents(() => ({ ...granted, customer })));
    const { out } = await account.run("paste-code connectpay/live/jo", "code-1");
    expect(out).toContain("Jo\ufffd]0;owned\ufffd\ufffd31m");
  });
});

describe("a problem", () => {
  test.each(problemCodes)("%s is explained with the next step", async (code) => {
    const account = await lambdaAccount(meeting(code, 7));
    const { exitCode, out, notices } = await account.run(`vend ${connection}`);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(notices).toMatch(new RegExp(`\\(${code}\\)\\.\nSome detail\\.\n`));
    expect(notices).toContain(`docs/operations.md#${code}`);
  });

  test("names the command, the secret or the time that resolves it", async () => {
    const told = async (code: ProblemCode, seconds: number | null = null) =>
      (await (await lambdaAccount(meeting(code, seconds))).run(`vend ${connection}`)).notices;
    expect(await told("consent-required")).toContain(`npm run vend -- consent ${connection}`);
    expect(await told("credentials-rejected")).toContain(`secret put ${connection}`);
    expect(await told("provider-throttled", 7)).toContain("try again in 7 s");
  });

  test("is JSON for programs", async () => {
    const account = await lambdaAccount(meeting("provider-throttled", 7));
    const { exitCode, out } = await account.run(`vend ${connection} --json`);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      problem: { code: "provider-throttled", retryAfterSeconds: 7 },
    });
  });
});

describe("a failure to reach token vending is explained with the next step", () => {
  test("no such realm: names those that are deployed", async () => {
    const account = await lambdaAccount(vending(() => credential));
    const { exitCode, notices } = await account.run("vend conferma/staging/default");
    expect(exitCode).toBe(1);
    expect(notices).toContain("vend-token of conferma/staging");
    expect(notices).toContain("Deployed realms: conferma/production.");
    expect(notices).toContain("AWS_REGION");
  });

  test("two deployments of a realm: names both, and how to choose", async () => {
    const twice = { ...vending(() => credential), two: vending(() => credential)["stack-Vend"] };
    const account = await lambdaAccount(twice);
    const { exitCode, notices } = await account.run(`vend ${connection}`);
    expect(exitCode).toBe(1);
    expect(notices).toContain("stack-Vend, two. Choose one with --function.");
    expect(await account.run(`vend ${connection} --function two`)).toMatchObject({ exitCode: 0 });
    expect(account.invoked).toMatchObject([{ name: "two" }]);
  });

  test("a function that does not start", async () => {
    const account = await lambdaAccount(
      vending(() => {
        throw Object.assign(new Error("REALM: tokenUrl: is missing"), { name: "StartUpError" });
      }),
    );
    const { exitCode, notices } = await account.run(`vend ${connection}`);
    expect(exitCode).toBe(1);
    expect(notices).toContain("StartUpError: REALM: tokenUrl: is missing");
  });

  test("a connection that is refused", async () => {
    const account = await lambdaAccount(vending(() => credential));
    vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1");
    const { exitCode, notices } = await account.run(`vend ${connection}`);
    expect(exitCode).toBe(1);
    expect(notices).toContain("not-reached");
    expect(notices).toContain("npm start");
  });

  test.each(["AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"])(
    "AWS denies access: %s",
    async (type) => {
      const admit = async () => {
        throw new AwsError(type, "Not you.", { status: 403 });
      };
      const account = await lambdaAccount(
        vending(() => credential),
        { ...ALLOW_ALL, authenticate: admit },
      );
      const { exitCode, notices } = await account.run(`vend ${connection}`);
      expect(exitCode).toBe(1);
      expect(notices).toContain(`not-allowed).\n${type}: Not you.`);
      expect(notices).toContain("lambda:ListFunctions");
    },
  );

  test("there are no credentials", async () => {
    const account = await lambdaAccount(vending(() => credential));
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("HOME", "/nowhere");
    const { exitCode, notices } = await account.run(`vend ${connection}`);
    expect(exitCode).toBe(1);
    expect(notices).toContain("no-credentials");
  });
});

describe("a command line that cannot be parsed says why and what helps, and invokes nothing", () => {
  test.each([
    ["", "Usage: npm run vend -- <command>", "help"],
    ["mint a", "There is no such command.", "help"],
    ["statsu", "(Did you mean status?)", "help"],
    ["secret chek a", "(Did you mean check?)", "help"],
    ["vend", "Missing required argument 'connection'", "vend --help"],
    [`vend ${connection} more`, "There are too many arguments.", "vend --help"],
    ["vend conferma/production", "conferma/production is not a connection", "vend --help"],
    ["vend Conferma/production/default", "is not a connection", "vend --help"],
    [`vend ${connection}/more`, "is not a connection", "vend --help"],
    [`reject ${connection} 0`, "0 is not a version", "reject --help"],
    [`reject ${connection} one`, "one is not a version", "reject --help"],
    [`vend ${connection} --min-validity soon`, "whole number of seconds", "vend --help"],
    [`vend ${connection} --min-validity`, "argument missing", "vend --help"],
    ["status conferma", "conferma is not a realm", "status --help"],
    ["status a/b c/d", "There are too many arguments.", "status --help"],
    [`vend ${connection} --token`, "Unknown option --token.", "vend --help"],
    ["status --jsn", "(Did you mean --json?)", "status --help"],
    ["status --yes", "Unknown option --yes.", "status --help"],
    ["secret put a --undo=x", "--undo", "secret put --help"],
  ])("%j", async (line, message, next) => {
    const account = await lambdaAccount(vending(() => credential));
    const { exitCode, out, notices } = await account.run(line);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(notices).toContain(message);
    expect(notices.split("\n").at(-1)).toBe(`Next: npm run vend -- ${next}`);
    expect(account.invoked).toEqual([]);
  });
});

describe("help", () => {
  const lengths = (text: string) => text.split("\n").map((line) => line.length);

  test.each(["help", "--help"])("%s lists every command, on 80 columns", async (line) => {
    const { exitCode, out } = await (await lambdaAccount({})).run(line);
    expect(exitCode).toBe(0);
    for (const { name, args } of commands) expect(out).toContain(`\n  ${`${name} ${args}`.trim()}`);
    expect(Math.max(...lengths(out))).toBeLessThanOrEqual(80);
  });

  test.each(commands)(
    "$name says what it does, takes and needs, on 80 columns",
    async (command) => {
      const account = await lambdaAccount({});
      const asked = await account.run(`${command.name} --help`);
      expect(await account.run(`help ${command.name}`)).toEqual(asked);
      expect(asked).toMatchObject({ exitCode: 0, notices: "" });
      for (const name of optionNamesOf(command)) expect(asked.out).toContain(optionTexts[name][0]);
      for (const part of ["Usage: npm run vend -- ", "Examples:", "Your role needs"]) {
        expect(asked.out).toContain(part);
      }
      expect(Math.max(...lengths(asked.out))).toBeLessThanOrEqual(80);
    },
  );

  test.each(commands.flatMap(({ name, examples }) => examples.map((line) => [name, line])))(
    "the example of %s is a command line: %s",
    (name, line = "") => {
      const words = line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
      const screen = { columns: null, hasColors: false };
      const parsed = parseCommandLine(words, commands, screen);
      if (!("declaration" in parsed)) expect.fail("no command");
      expect(parsed.declaration.name).toBe(name);
      parsed.declaration.prepare(parsed.args, parsed.options);
    },
  );
});
