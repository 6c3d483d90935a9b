import { expect, onTestFinished, test, vi } from "vitest";
import { startCloudWatchLogs } from "../../local/aws/logs/cloudwatch-logs.ts";
import { at } from "../support/a-record.ts";
import { lambdaAccount } from "./lambda-account.ts";

const connection = "connectpay/live/jo";
const realm = "connectpay/live";
const functions = {
  Vend: `Vends the tokens of ${realm}`,
  Renew: `Renews the tokens of ${realm} in time`,
  Begin: `Asks people for a consent to ${realm}`,
  Complete: `Takes the answers of people's consents to ${realm}`,
};
type FunctionName = keyof typeof functions;

/** An account whose realm has all its functions, with the logs of those that have written. */
async function anAccount(logged: readonly (readonly [FunctionName, string, object])[]) {
  const account = await lambdaAccount(
    Object.fromEntries(
      Object.entries(functions).map(([name, description]) => [
        name,
        { description, answer: () => null },
      ]),
    ),
  );
  let now = at("10:01:00.000");
  const logs = await startCloudWatchLogs({ visibleAfterMs: 0, now: () => Number(now) });
  onTestFinished(logs.stop);
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs.url);
  for (const name of new Set(logged.map(([each]) => each))) logs.createGroup(`/aws/lambda/${name}`);
  const log = (name: FunctionName, time: string, line: object) => {
    now = at(time);
    logs.put(`/aws/lambda/${name}`, "one", JSON.stringify({ level: "info", connection, ...line }));
    now = at("10:01:05.000");
  };
  for (const line of logged) log(...line);
  return { ...account, log };
}

const nothing: readonly (readonly [FunctionName, string, object])[] = [
  ["Vend", "09:00:00.000", { event: "other" }],
  ["Renew", "09:00:00.000", { event: "other" }],
  ["Begin", "09:00:00.000", { event: "other" }],
  ["Complete", "09:00:00.000", { event: "other" }],
];
const frozen = { event: "frozen", at: "2026-11-20T09:58:00.000Z", by: "ops", reason: "Leaked." };
const issued = { event: "token-issued", version: 7, fence: 9, latencyMs: 150, reason: "scheduled" };

test("history has what all functions of the realm logged, in order of time", async () => {
  const account = await anAccount([
    ...nothing,
    ["Vend", "09:57:00.000", { event: "rejected", version: 7, path: "direct", requestId: "r-1" }],
    ["Vend", "09:56:00.000", { event: "waited", waitedMs: 151 }],
    ["Renew", "09:55:00.000", { ...issued, fingerprint: "9f86d081884c" }],
    ["Begin", "09:50:00.000", { event: "consent-begun", begunBy: "arn:aws:iam::1:role/asker" }],
    ["Complete", "09:51:00.000", { event: "consent-granted", version: 6, endsAt: null }],
    [
      "Vend",
      "09:59:00.000",
      { event: "refused", code: "provider-unavailable", detail: "503", repeated: 3 },
    ],
    ["Vend", "09:58:01.000", { ...frozen, connection: undefined, realm }],
  ]);
  const { exitCode, out, notices } = await account.run(`history ${connection}`);
  expect({ exitCode, notices }).toEqual({ exitCode: 0, notices: "" });
  expect(out.split("\n").slice(2)).toEqual([
    "2026-11-20T09:50:00.000Z (11 min ago), consent",
    "  a link was made for arn:aws:iam::1:role/asker",
    "2026-11-20T09:51:00.000Z (10 min ago), consent",
    "  a person consented: version 6",
    "2026-11-20T09:55:00.000Z (6 min ago), issue",
    "  version 7 issued (scheduled) in 150 ms, fingerprint 9f86d081884c",
    "2026-11-20T09:56:00.000Z (5 min ago), wait",
    "  a caller waited 151 ms for another process's renewal",
    "2026-11-20T09:57:00.000Z (4 min ago), rejection",
    "  version 7 rejected by request r-1",
    "2026-11-20T09:58:01.000Z (2 min 59 s ago), freeze",
    "  connectpay/live frozen by ops: Leaked.",
    "2026-11-20T09:59:00.000Z (2 min ago), failure",
    "  a caller was refused: provider-unavailable: 503 (3 times since before)",
  ]);
});

test("a watch reads on from a minute before its last answer, and repeats nothing", async () => {
  const waited = (waitedMs: number) => ({ event: "waited", waitedMs });
  const account = await anAccount([
    ...nothing,
    ["Vend", "09:50:00.000", waited(1)],
    ["Vend", "10:00:30.000", waited(2)],
  ]);
  let isLogged = false;
  const logMore = () => {
    if (isLogged) return;
    isLogged = true;
    account.log("Vend", "09:51:00.000", waited(3));
    account.log("Vend", "10:00:20.000", waited(4));
    account.log("Vend", "10:01:02.000", waited(5));
  };
  const now = () => {
    if (account.slept.length === 0) return at("10:01:00.000");
    logMore();
    return at("10:01:05.000");
  };
  const line = `history ${connection} --watch --json`;
  const { out } = await account.run(line, null, undefined, undefined, { frames: 2, now });
  const answers = out
    .split("\n")
    .map((each): { from: string; events: { durationMs: number }[] } => JSON.parse(each));
  expect(answers.map(({ events }) => events.map(({ durationMs }) => durationMs))).toEqual([
    [1, 2],
    [1, 4, 2, 5],
  ]);
  expect(answers.map(({ from }) => from)).toEqual([
    "2026-11-19T10:01:00.000Z",
    "2026-11-19T10:01:05.000Z",
  ]);
});

test("what several processes log of one freeze, and a holder of one issue, is one event", async () => {
  const again = { ...frozen, at: "2026-11-20T09:59:30.000Z" };
  const account = await anAccount([
    ...nothing,
    ["Vend", "09:55:00.000", { ...issued, fingerprint: "9f86d081884c" }],
    ["Vend", "09:55:00.100", { ...issued, fingerprint: "9f86d081884c" }],
    ["Vend", "09:58:01.000", frozen],
    ["Renew", "09:58:20.000", frozen],
    ["Vend", "09:59:01.000", { event: "thawed" }],
    ["Renew", "09:59:20.000", { event: "thawed" }],
    ["Vend", "09:59:31.000", again],
    ["Vend", "09:59:50.000", { event: "thawed" }],
  ]);
  const { out } = await account.run(`history ${connection} --json`);
  const { events } = JSON.parse(out) as { events: { event: string; at: string }[] };
  expect(events.map(({ event, at: when }) => [event, when.slice(11, 19)])).toEqual([
    ["token-issued", "09:55:00"],
    ["frozen", "09:58:01"],
    ["thawed", "09:59:01"],
    ["frozen", "09:59:31"],
    ["thawed", "09:59:50"],
  ]);
});

test("lines that are not the functions' words are left out, and control characters replaced", async () => {
  const account = await anAccount([
    ...nothing,
    ["Vend", "09:58:00.000", { event: "constructor" }],
    ["Vend", "09:58:00.000", { event: "refused", code: 5 }],
    ["Vend", "09:58:00.000", { event: "token-issued", version: -1 }],
    ["Vend", "09:58:00.000", { event: "rejected", connection: "connectpay/live/ann", version: 1 }],
    ["Vend", "09:58:00.000", { event: "vended", version: 1 }],
    ["Vend", "09:59:00.000", { event: "refused", code: "internal", detail: "\u001b[2J" }],
  ]);
  const { out } = await account.run(`history ${connection}`);
  expect(out.split("\n").slice(2)).toEqual([
    "2026-11-20T09:59:00.000Z (2 min ago), failure",
    "  a caller was refused: internal: \ufffd[2J",
  ]);
});

test("a log that may not be read, or is not there, is named, and the exit code is 1", async () => {
  const account = await anAccount([["Vend", "09:55:00.000", { event: "waited", waitedMs: 20 }]]);
  const { exitCode, out } = await account.run(`history ${connection}`);
  expect(exitCode).toBe(1);
  expect(out).toContain("a caller waited 20 ms");
  expect(out.match(/Not seen: the log of/g)).toHaveLength(3);
});

test("a realm that is not deployed is a problem, not an empty history", async () => {
  const account = await anAccount(nothing);
  const { exitCode, notices } = await account.run("history cfis/live/default");
  expect(exitCode).toBe(1);
  expect(notices).toContain("There is no such function");
});
