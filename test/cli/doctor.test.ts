import { createServer } from "node:http";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import { startDynamoDb } from "../../local/aws/dynamodb/dynamodb.ts";
import { createTables } from "../../local/aws/dynamodb/dynamodb-tables.ts";
import { AwsError } from "../../local/aws/json-protocol/aws-json.ts";
import { listen } from "../../local/aws/listen.ts";
import type { Guard } from "../../local/aws/sigv4/guard.ts";
import { ALLOW_ALL } from "../../local/aws/sigv4/guard.ts";
import packageJson from "../../package.json" with { type: "json" };
import { tokenTable } from "../support/token-table.ts";
import { lambdaAccount } from "./lambda-account.ts";

const connection = "cfis/live/default";
const status: ConnectionAnswer = {
  ...{ connection, state: "usable", version: 13, fingerprint: "9f86d081884c" },
  ...{ issuedAt: "2026-11-20T10:00:00.000Z", usableUntil: null, expiresAt: null, renewAt: null },
  ...{ lease: null, lastIssue: null, lastFailure: null },
};
const trial = { outcome: "not-tried", detail: "", expiresAt: null as string | null };
const sound = { oddities: [] as object[], certificate: null as object | null };
const checked = {
  ...{ connection, secret: "s", versionId: "1", unusable: null as object | null, trial },
  examination: sound as typeof sound | undefined,
};
/** How far from now an instant is, in days. */
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const certificate = (beginsInDays: number, endsInDays: number) => ({
  ...sound,
  certificate: { beginsAt: inDays(beginsInDays), endsAt: inDays(endsInDays) },
});

/** A realm of a static key, with its functions, table and a provider whose clock is off by so much. */
async function aDeployment({
  state = {} as Partial<ConnectionAnswer>,
  secret = {} as Partial<typeof checked>,
  unused = false,
  realm = "cfis/live",
  settings = null as string | null,
  record = null as Readonly<Record<string, AttributeValue>> | null,
  tableName = "token-vending",
  release = packageJson.version,
  providerAheadMs = 0,
  guard = ALLOW_ALL as Guard,
} = {}) {
  const provider = await listen(
    createServer((_, response) => {
      response.setHeader("Date", new Date(Date.now() + providerAheadMs).toUTCString()).end();
    }),
  );
  onTestFinished(provider.stop);
  const database = await startDynamoDb();
  onTestFinished(database.stop);
  await createTables(database.url, [{ ...tokenTable, name: "token-vending" }]);
  if (record) await putRecord(database.url, record);
  const environment = {
    RELEASE: release,
    REALM:
      settings ??
      JSON.stringify({ provider: "cfis", environment: "live", apiBaseUrl: provider.url }),
    TABLE_NAME: tableName,
  };
  const connections = unused ? [] : [{ ...status, connection: `${realm}/default`, ...state }];
  const account = await lambdaAccount(
    {
      List: {
        description: "Tells the status of every connection",
        environment: { RELEASE: packageJson.version },
        answer: () => ({ connections, cursor: null }),
      },
      Vend: {
        description: `Vends the tokens of ${realm}`,
        environment,
        answer: () => ({ connection, version: 13 }),
      },
      Renew: {
        description: `Renews the tokens of ${realm} in time`,
        environment,
        answer: () => ({ ...checked, ...secret }),
      },
    },
    guard,
  );
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", database.url);
  const now = { now: () => new Date() };
  const doctor = async (line = "doctor --json", clock = now) => {
    const run = await account.run(line, null, undefined, undefined, clock);
    const { findings = [] } = line.includes("--json") ? JSON.parse(run.out) : {};
    return {
      ...run,
      findings: findings as {
        severity: string;
        about: string;
        found: string;
        next: string | null;
      }[],
    };
  };
  return { account, doctor };
}

async function putRecord(url: string, Item: Readonly<Record<string, AttributeValue>>) {
  const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
  const client = new DynamoDBClient({ endpoint: url, region: "eu-west-1", credentials });
  await client.send(new PutItemCommand({ TableName: "token-vending", Item }));
  client.destroy();
}

const troubles = ({ findings }: { findings: readonly { severity: string }[] }) =>
  findings.filter(({ severity }) => severity !== "fine");

describe("doctor", () => {
  test("finds nothing wrong where nothing is, and says what it has examined", async () => {
    const { account, doctor } = await aDeployment();
    const found = await doctor();
    expect(troubles(found)).toEqual([]);
    expect(found.exitCode).toBe(0);
    expect(found.findings.map(({ about }) => about)).toEqual([
      "your clock",
      connection,
      "list-connections",
      "vend-token of cfis/live",
      "renew-tokens of cfis/live",
      "the provider's clock, cfis/live",
      "the table token-vending",
      `the secret of ${connection}`,
      "the release",
    ]);
    const tried = account.invoked.flatMap(({ payload }) => Object(payload).checkSecret ?? []);
    expect(tried).toEqual([{}]);
    expect((await doctor("doctor")).out.split("\n").at(-1)).toBe("0 errors, 0 warnings, 9 fine.");
  });

  test.each([
    ["a clock that is wrong", {}, "error", "your clock", "NTP"],
    [
      "a provider's clock",
      { providerAheadMs: 60_000 },
      "warning",
      "the provider's clock",
      "lifetimes",
    ],
    [
      "a refused secret",
      { state: { state: "credentials-rejected" } },
      "error",
      connection,
      "secret",
    ],
    ["a frozen connection", { state: { state: "frozen" } }, "warning", connection, "thaw"],
    [
      "a consent that nobody was asked for",
      { state: { state: "consent-required" } },
      ...["error", connection, "vend -- consent"],
    ],
    [
      "a consent that a person was asked for",
      { state: { state: "consent-required", asked: { until: inDays(1) } } },
      ...["warning", connection, "Wait for that person"],
    ],
    [
      "a malformed secret",
      { secret: { unusable: { code: "secret-malformed", detail: "apiKey: is missing" } } },
      ...["error", "the secret of", "secret put"],
    ],
    [
      "a key that expires",
      {
        secret: { trial: { ...trial, expiresAt: new Date(Date.now() + 86_400_000).toISOString() } },
      },
      ...["warning", "the secret of", "secret put"],
    ],
    [
      "a key that has expired",
      { secret: { trial: { ...trial, expiresAt: "2026-01-01T00:00:00.000Z" } } },
      ...["error", "the secret of", "secret put"],
    ],
    [
      "a client certificate that ends soon",
      { secret: { examination: certificate(-300, 29) } },
      ...["warning", "the secret of", "secret put"],
    ],
    [
      "a client certificate that has ended",
      { secret: { examination: certificate(-300, -1) } },
      ...["error", "the secret of", "secret put"],
    ],
    [
      "a client certificate that is not valid yet",
      { secret: { examination: certificate(1, 300) } },
      ...["error", "the secret of", "Wait, or npm run vend -- secret put"],
    ],
    [
      "a value that was encoded wrongly",
      { secret: { examination: { ...sound, oddities: [{ field: "apiKey", oddity: "is odd" }] } } },
      ...["warning", "the secret of", "Unless it was issued so: npm run vend -- secret put"],
    ],
    [
      "a function that does not look at texts yet",
      { secret: { examination: undefined } },
      ...["warning", "the secret of", "Deploy this release"],
    ],
    [
      "a realm of another release",
      { release: "9.9.9" },
      ...["warning", "the release", "Deploy all stacks of one release"],
    ],
    ["a table that is not there", { tableName: "other" }, "error", "the table other", "--table"],
  ] as [string, Parameters<typeof aDeployment>[0], string, string, string][])(
    "names %s, with the next step",
    async (name, deployment, severity, about, next) => {
      const { doctor } = await aDeployment(deployment);
      const behind = { now: () => new Date(Date.now() - 3_600_000) };
      const found = await doctor("doctor --json", name.startsWith("a clock") ? behind : undefined);
      const [first] = found.findings;
      expect(first).toMatchObject({ severity, next: expect.stringContaining(next) });
      expect(first?.about).toContain(about);
      expect(found.exitCode).toBe(severity === "error" ? 1 : 0);
    },
  );

  test("says when a client certificate ends that does not end soon", async () => {
    const { doctor } = await aDeployment({ secret: { examination: certificate(-1, 300.5) } });
    const found = await doctor();
    expect(troubles(found)).toEqual([]);
    const { found: secret } =
      found.findings.find(({ about }) => about.startsWith("the secret of")) ?? {};
    expect(secret).toMatch(/client certificate expires in 300 d/);
  });

  test.each(["doctor --json", "doctor cfis/live --json"])(
    "%s examines a realm that has vended nothing yet",
    async (line) => {
      const { doctor } = await aDeployment({
        unused: true,
        secret: { unusable: { code: "secret-malformed", detail: "has no value" } },
      });
      const found = await doctor(line);
      expect(troubles(found)).toMatchObject([
        { severity: "error", about: "the secret of cfis/live/default" },
      ]);
      expect(found.findings).toHaveLength(8);
    },
  );

  test("goes on where a realm's settings are no JSON", async () => {
    const { doctor } = await aDeployment({ settings: "{provider" });
    const found = await doctor();
    expect(found.exitCode).toBe(0);
    expect(found.findings.map(({ about }) => about)).not.toContain(
      "the provider's clock, cfis/live",
    );
  });

  test("says of a provider that it does not know which command line does", async () => {
    const { doctor } = await aDeployment({ realm: "later/live" });
    expect(troubles(await doctor())).toEqual([
      {
        ...{ severity: "warning", about: "the secret of later/live/default" },
        found: "this command line does not know its provider",
        next: "Use the command line of the release that is deployed.",
      },
    ]);
  });

  test("says which command line can read a record of a newer release", async () => {
    const record = { pk: { S: connection }, layout: { N: "99" } };
    const { doctor } = await aDeployment({ record });
    expect(troubles(await doctor())).toMatchObject([
      { severity: "warning", next: "Use the command line of the release that is deployed." },
    ]);
  });

  test("vends nothing that is due by AWS's clock", async () => {
    const renewAt = new Date(Date.now() - 60_000).toISOString();
    const { account, doctor } = await aDeployment({
      realm: "conferma/live",
      state: { renewAt },
    });
    await doctor("doctor --json", { now: () => new Date(Date.now() - 3_600_000) });
    expect(account.invoked.map(({ name }) => name)).not.toContain("Vend");
  });

  test("names the permission that is missing, and on what", async () => {
    const guard: Guard = {
      ...ALLOW_ALL,
      report: (_, action) => {
        if (action === "lambda:GetFunctionConfiguration")
          throw new AwsError("AccessDeniedException", "Not you.", { status: 403 });
      },
    };
    const { doctor } = await aDeployment({ guard });
    const found = await doctor();
    expect(found.exitCode).toBe(0);
    expect(troubles(found)).toMatchObject([
      { severity: "warning", about: "list-connections" },
      { severity: "warning", next: expect.stringContaining("lambda:GetFunctionConfiguration on") },
      { severity: "warning", next: expect.stringContaining("renew-tokens of cfis/live") },
    ]);
  });

  test("without any answer says why, and nothing else", async () => {
    const { doctor } = await aDeployment();
    vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:1");
    const found = await doctor();
    expect(found).toMatchObject({ exitCode: 1, findings: [{ severity: "error" }] });
    expect(found.findings[0]?.next).toContain("AWS_REGION");
  });

  test("has the worst first, and fits the terminal", async () => {
    const { account } = await aDeployment({ state: { state: "credentials-rejected" } });
    const screen = { columns: 80, hasColors: false };
    const { out } = await account.run("doctor", null, screen, undefined, { now: () => new Date() });
    expect(out).toMatch(/^error {4}cfis\/live\/default: secret refused\n {9}Next: /);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out.split("\n").at(-1)).toBe("1 error, 0 warnings, 8 fine.");
  });
});
