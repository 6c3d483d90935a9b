import { describe, expect, onTestFinished, test, vi } from "vitest";
import { startCloudWatchLogs } from "../../local/aws/logs/cloudwatch-logs.ts";
import { at } from "../support/a-record.ts";
import { lambdaAccount } from "./lambda-account.ts";

const connection = "conferma/production/default";
const trail = "/token-vending/trail";
const payments = "arn:aws:sts::123456789012:assumed-role/payments/payments";
const billing = "arn:aws:iam::123456789012:user/billing";
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:stack-Vend";

/** An account whose realm has a vending and a renewing function, with logs. Lines are written at their own instant. */
async function anAccount({
  hasTrail = false,
  functionName = "stack-Vend",
  others = {} as Parameters<typeof lambdaAccount>[0],
} = {}) {
  const account = await lambdaAccount({
    [functionName]: { description: "Vends the tokens of conferma/production", answer: () => null },
    ...others,
    "stack-Renew": {
      description: "Renews the tokens of conferma/production in time",
      answer: () => null,
    },
  });
  let now = at("10:01:00.000");
  const logs = await startCloudWatchLogs({ visibleAfterMs: 0, now: () => Number(now) });
  onTestFinished(logs.stop);
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs.url);
  const groups = [
    `/aws/lambda/${functionName}`,
    "/aws/lambda/stack-Renew",
    ...Object.keys(others).map((name) => `/aws/lambda/${name}`),
    ...(hasTrail ? [trail] : []),
  ];
  for (const group of groups) logs.createGroup(group);

  const write = (group: string, time: string, line: object) => {
    now = at(time);
    logs.put(group, "one", JSON.stringify(line));
    now = at("10:01:00.000");
  };
  const act = (event: "vended" | "rejected", time: string, line: object) =>
    write("/aws/lambda/stack-Vend", time, {
      ...{ level: "info", event, connection, version: 12, fingerprint: "9f86d081884c" },
      ...{ path: "direct", principal: null, requestId: "r-1", process: "Zk3aV9q0LmNb", ...line },
    });
  return {
    logs,
    run: account.run,
    vended: (time: string, line: object = {}) => act("vended", time, line),
    rejected: (time: string, line: object = {}) => act("rejected", time, line),
    issued: (time: string, version: number, group = "/aws/lambda/stack-Vend") =>
      write(group, time, {
        ...{ event: "token-issued", connection, version, reason: "expired" },
        fingerprint: "9f86d081884c",
      }),
    write,
    invoked: (
      time: string,
      requestID: string,
      who: object,
      functionName = functionArn,
      more: object = {},
    ) =>
      write(trail, time, {
        ...more,
        ...{ eventSource: "lambda.amazonaws.com", eventName: "Invoke", requestID },
        ...{ eventTime: `${at(time).toISOString().slice(0, 19)}Z`, userIdentity: who },
        requestParameters: { functionName },
      }),
  };
}

const iam = (arn: string) => ({ type: "IAMUser", arn });
const gateway = { type: "AWSService", invokedBy: "apigateway.amazonaws.com" };

describe("without a trail", () => {
  test("who tells principals of the API, request ids of direct callers, and what it could not see", async () => {
    const account = await anAccount();
    account.issued("09:55:00.000", 12);
    account.vended("09:55:01.000", { path: "api", principal: payments, requestId: "r-1" });
    account.vended("09:55:02.000", { requestId: "r-2" });
    account.vended("09:56:00.000", { requestId: "r-3", process: "OtherProcess" });
    account.rejected("09:57:00.000", { path: "api", principal: payments, requestId: "r-4" });
    account.issued("09:57:01.000", 13, "/aws/lambda/stack-Renew");
    account.vended("09:57:02.000", { version: 13 });
    account.vended("09:55:03.000", { connection: "conferma/production/jo" });
    const { exitCode, out, notices } = await account.run(`who ${connection} 12`);
    expect({ exitCode, notices }).toEqual({ exitCode: 0, notices: "" });
    expect(out).toBe(
      [
        "conferma/production/default, version 12",
        "issued 2026-11-20T09:55:00.000Z (6 min ago), expired,",
        "fingerprint 9f86d081884c",
        "followed by version 13 on 2026-11-20T09:57:01.000Z",
        "",
        "  version  did       at                        path    process",
        "  ───────  ────────  ────────────────────────  ──────  ────────────",
        "arn:aws:sts::123456789012:assumed-role/payments/payments (*)",
        "  12       vended    2026-11-20T09:55:01.000Z  api     Zk3aV9q0LmNb",
        "  12       rejected  2026-11-20T09:57:00.000Z  api     Zk3aV9q0LmNb",
        "unknown; AWS's request id is r-2",
        "  12       vended    2026-11-20T09:55:02.000Z  direct  Zk3aV9q0LmNb",
        "unknown; AWS's request id is r-3",
        "  12       vended    2026-11-20T09:56:00.000Z  direct  OtherProcess",
        "",
        "Not seen: who invoked the function directly. There is no log group",
        "  /token-vending/trail: without a trail only AWS's request ids are known. Next:",
        "  -c token-vending:trail=on records who invokes it from then on; if you have a",
        "  trail of your own, name its log group: --trail <log group>.",
        "",
        "(*) As the event of the API names them. Who may invoke the function directly can",
        "  imitate such an event; with the trail, each is checked.",
        "",
        "More: docs/operations.md#who-was-vended-this-token",
      ].join("\n"),
    );
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("every version is told if none is named", async () => {
    const account = await anAccount();
    account.vended("09:55:01.000");
    account.vended("09:58:01.000", { version: 13, requestId: "r-2" });
    const { out } = await account.run(`who ${connection} --json`);
    expect(JSON.parse(out)).toMatchObject({
      connection,
      version: null,
      acts: [
        { act: "vended", version: 12, requestId: "r-1", proof: "none" },
        { act: "vended", version: 13, requestId: "r-2", proof: "none" },
      ],
      possible: null,
      gaps: [{ kind: "no-trail", what: trail }],
    });
  });

  test("a version of which nothing is known is said to be unknown", async () => {
    const { exitCode, out } = await (await anAccount()).run(`who ${connection} 7`);
    expect(exitCode).toBe(0);
    expect(out.replaceAll(/\s+/g, " ")).toMatch(
      /no issue of it since .*Nobody is recorded to have been vended version 7/,
    );
  });
});

describe("with a trail", () => {
  test("direct callers are named; those without a record are possible ones; the API's are checked", async () => {
    const account = await anAccount({ hasTrail: true });
    account.issued("09:40:00.000", 12);
    account.vended("09:40:01.000", { requestId: "r-1" });
    account.invoked("09:40:01.000", "r-1", iam(payments));
    account.vended("09:40:02.000", { requestId: "r-2", path: "api", principal: payments });
    account.invoked("09:40:02.000", "r-2", gateway);
    account.invoked("09:40:03.000", "r-3", iam(billing));
    account.invoked("09:40:04.000", "r-4", iam(billing), "stack-Vend:live");
    account.invoked("09:40:05.000", "r-5", gateway);
    account.invoked("09:40:06.000", "r-6", iam(billing), `${functionArn}-renew`);
    account.vended("09:40:07.000", { connection: "conferma/production/jo", requestId: "r-7" });
    account.invoked("09:40:07.000", "r-7", iam("arn:aws:iam::123456789012:user/jo"));
    account.issued("09:41:00.000", 13);
    account.invoked("09:42:11.000", "r-8", iam("arn:aws:iam::123456789012:user/late"));
    const { exitCode, out } = await account.run(`who ${connection} 12 --json`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      acts: [
        { principal: payments, path: "direct", proof: "trail", claimed: null, requestId: "r-1" },
        { principal: payments, path: "api", proof: "trail", claimed: null, requestId: "r-2" },
      ],
      possible: [
        {
          principal: billing,
          invocations: 2,
          firstAt: "2026-11-20T09:40:03.000Z",
          lastAt: "2026-11-20T09:40:04.000Z",
        },
      ],
      gaps: [],
    });
    const { out: text } = await account.run(`who ${connection} 12`);
    expect(text).toContain(
      `${billing}\n  2            2026-11-20T09:40:03.000Z  2026-11-20T09:40:04.000Z`,
    );
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("one who invoked the function with an imitated event of the API is named, not whom it claimed to be", async () => {
    const account = await anAccount({ hasTrail: true });
    account.vended("09:40:01.000", { requestId: "r-1", path: "api", principal: payments });
    account.invoked("09:40:01.000", "r-1", iam(billing));
    const { out } = await account.run(`who ${connection} 12 --json`);
    const { acts } = JSON.parse(out);
    expect(acts).toMatchObject([{ principal: billing, claimed: payments, path: "direct" }]);
    expect((await account.run(`who ${connection} 12`)).out).toContain("who claimed to be");
  });

  test("who only rejected a version may have been vended it: the record does not say what was answered", async () => {
    const account = await anAccount({ hasTrail: true });
    account.rejected("09:40:01.000", { version: 11 });
    account.invoked("09:40:01.000", "r-1", iam(billing));
    account.rejected("09:40:02.000", { version: 11, requestId: "r-2" });
    account.vended("09:40:02.000", { requestId: "r-2" });
    account.invoked("09:40:02.000", "r-2", iam(payments));
    const { out } = await account.run(`who ${connection} 12 --json`);
    const { acts, possible } = JSON.parse(out);
    expect(acts).toMatchObject([{ act: "vended", principal: payments }]);
    expect(possible).toMatchObject([{ principal: billing, invocations: 1 }]);
  });

  test("of AWS's services only API Gateway proves who called the API; another is a caller like any", async () => {
    const account = await anAccount({ hasTrail: true });
    const scheduler = { type: "AWSService", invokedBy: "events.amazonaws.com" };
    const throughRole = { ...gateway, type: "AssumedRole", arn: billing };
    for (const [id, caller] of Object.entries({ "r-1": scheduler, "r-2": throughRole })) {
      account.vended("09:40:01.000", { requestId: id, path: "api", principal: payments });
      account.invoked("09:40:01.000", id, caller);
    }
    account.invoked("09:40:03.000", "r-3", scheduler);
    const { out } = await account.run(`who ${connection} 12 --json`);
    expect(JSON.parse(out)).toMatchObject({
      acts: [
        { principal: "events.amazonaws.com", path: "direct", claimed: payments },
        { principal: billing, path: "direct", claimed: payments },
      ],
      possible: [{ principal: "events.amazonaws.com", invocations: 1 }],
    });
  });

  test("an invocation that AWS refused was vended nothing", async () => {
    const account = await anAccount({ hasTrail: true });
    for (const errorCode of ["AccessDenied", "TooManyRequestsException"])
      account.invoked("09:40:03.000", errorCode, iam(billing), functionArn, { errorCode });
    const { out } = await account.run(`who ${connection} 12 --json`);
    expect(JSON.parse(out).possible).toEqual([]);
  });

  test("the trail is that of the deployment after which the function is called", async () => {
    const account = await anAccount({
      functionName: "team-tokens-conferma-production",
      hasTrail: true,
    });
    account.logs.createGroup("/team-tokens/trail");
    const byPayments = { requestID: "r-1", userIdentity: iam(payments) };
    account.write("/team-tokens/trail", "09:40:00.000", {
      ...{ eventSource: "lambda.amazonaws.com", eventName: "Invoke", ...byPayments },
      eventTime: "2026-11-20T09:40:00Z",
      requestParameters: { functionName: "team-tokens-conferma-production" },
    });
    const { out } = await account.run(`who ${connection} --json`);
    expect(JSON.parse(out)).toMatchObject({
      possible: [{ principal: payments }],
      gaps: [{ kind: "late", what: "/team-tokens/trail" }],
    });
  });

  test("what CloudTrail may not have delivered yet is said", async () => {
    const account = await anAccount({ hasTrail: true });
    const { out } = await account.run(`who ${connection} --json`);
    expect(JSON.parse(out).gaps).toMatchObject([
      { kind: "late", detail: "2026-11-20T09:46:00.000Z" },
    ]);
  });

  test("more pages than one are read", async () => {
    const account = await anAccount({ hasTrail: true });
    for (let each = 0; each < 1100; each += 1) {
      account.vended("09:40:01.000", { requestId: `r-${each}`, process: `p-${each}` });
      account.invoked("09:40:01.000", `other-${each}`, iam(billing));
    }
    const { out } = await account.run(`who ${connection} --json`);
    const { acts, possible } = JSON.parse(out);
    expect(acts).toHaveLength(1100);
    expect(possible).toMatchObject([{ principal: billing, invocations: 1100 }]);
  });

  test("another log group may be named", async () => {
    const account = await anAccount();
    account.logs.createGroup("org/trail");
    const { out } = await account.run(`who ${connection} --trail org/trail --json`);
    expect(JSON.parse(out)).toMatchObject({ possible: [], gaps: [{ kind: "late" }] });
  });
});

test("a version cannot have been rejected before it was issued", async () => {
  const account = await anAccount();
  account.rejected("09:53:00.000", { version: 11 });
  account.rejected("09:54:00.000");
  account.rejected("09:54:00.000", { version: 13 });
  account.issued("09:55:00.000", 12);
  account.rejected("09:54:59.000", { requestId: "by-another-clock" });
  account.rejected("09:56:00.000", { requestId: "r-2" });
  account.issued("09:57:00.000", 13);
  for (const [version, expected] of [
    ["12", ["by-another-clock", "r-2"]],
    ["", ["r-1", "by-another-clock", "r-2"]],
  ]) {
    const { out } = await account.run(`who ${connection} ${version} --json`);
    const { acts } = JSON.parse(out) as { acts: { requestId: string }[] };
    expect(acts.map(({ requestId }) => requestId)).toEqual(expected);
  }
});

test("where a realm is deployed twice, --function says which of the two is meant", async () => {
  const twice = "tokens-conferma-production";
  const answer = () => null;
  const account = await anAccount({
    others: {
      [twice]: { description: "Vends the tokens of conferma/production", answer },
      [`${twice}-renew`]: {
        description: "Renews the tokens of conferma/production in time",
        answer,
      },
    },
  });
  account.vended("09:40:00.000");
  account.issued("09:50:00.000", 12, `/aws/lambda/${twice}-renew`);
  const { exitCode, notices } = await account.run(`who ${connection}`);
  expect(exitCode).toBe(1);
  expect(notices).toContain("Choose one with --function.");
  const { out } = await account.run(`who ${connection} 12 --json --function ${twice}`);
  expect(JSON.parse(out)).toMatchObject({
    issuedAt: "2026-11-20T09:50:00.000Z",
    acts: [],
    gaps: [{ kind: "no-trail", what: "/tokens/trail" }],
  });
});

describe("a log that cannot be read", () => {
  test("of the function that vends ends the command, and says what is needed", async () => {
    const account = await anAccount();
    account.logs.injectFault({ fault: "deny" });
    const { exitCode, out, notices } = await account.run(`who ${connection}`);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(notices).toMatch(
      /logs-not-allowed[\s\S]*\/aws\/lambda\/stack-Vend[\s\S]*FilterLogEvents/,
    );
  });

  test("of another function or of the trail leaves a gap, and the exit code says so", async () => {
    const account = await anAccount({ hasTrail: true });
    account.vended("09:40:01.000");
    account.logs.injectFault({ delayMs: 0 }, 2);
    account.logs.injectFault({ fault: "deny" }, 2);
    const { exitCode, out } = await account.run(`who ${connection}`);
    expect(exitCode).toBe(1);
    expect(out).toContain("Not seen: the log of renew-tokens");
    expect(out).toContain(`Not seen: ${trail}`);
    expect(out).toContain("vended");
  });

  test("is asked for again when it is throttled", async () => {
    const account = await anAccount();
    account.vended("09:40:01.000");
    account.logs.injectFault({ fault: "throttle" });
    expect(await account.run(`who ${connection}`)).toMatchObject({ exitCode: 0, notices: "" });
  });
});

test("lines that somebody else has written to the log do no harm", async () => {
  const account = await anAccount();
  account.vended("09:40:01.000", { principal: `${payments}\u001b[2J\u0007`, path: "api" });
  account.vended("09:40:02.000", { principal: "x".repeat(100_000), path: "api" });
  account.vended("09:40:03.000", { version: "12; drop" });
  account.vended("09:40:04.000", { requestId: null, process: { name: "p" } });
  account.vended("09:40:05.000", { principal: `arn:${"y".repeat(600)}`, path: "api" });
  const { exitCode, out } = await account.run(`who ${connection}`);
  expect(exitCode).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach the terminal.
  expect(out).not.toMatch(/[\u001b\u0007]|xxx|drop/);
  expect(out.match(/ vended /g)).toHaveLength(2);
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
});

test.each([
  ["who", "Missing required argument"],
  [`who ${connection} 1 2`, "too many arguments"],
  [`who ${connection} zero`, "is not a version"],
  ["who conferma/production", "is not a connection"],
  [`who ${connection} --since yesterday`, "is not an instant"],
  [`who ${connection} --since 2026-11-21T10:00Z`, "lies in the future"],
])("%s is refused", async (line, reason) => {
  const { exitCode, notices } = await (await anAccount()).run(line);
  expect(exitCode).toBe(2);
  expect(notices).toContain(reason);
});

test.each([
  ["90d", "2026-08-22T10:01:00.000Z"],
  ["12h", "2026-11-19T22:01:00.000Z"],
  ["2026-11-20T09:00Z", "2026-11-20T09:00:00.000Z"],
])("--since %s looks back until %s", async (since, expected) => {
  const { out } = await (await anAccount()).run(`who ${connection} --since ${since} --json`);
  expect(JSON.parse(out).since).toBe(expected);
});
