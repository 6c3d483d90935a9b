import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ConsoleSnapshot } from "../../cli/console/snapshot.ts";
import { startCloudWatchLogs } from "../../local/aws/logs/cloudwatch-logs.ts";
import { lambdaAccount } from "./lambda-account.ts";

const connection = "conferma/production/default";
const status = {
  connection,
  ...{ state: "backing-off", version: 0, fingerprint: null, issuedAt: null, usableUntil: null },
  ...{ expiresAt: null, renewAt: null, lease: null, lastIssue: null },
  lastFailure: {
    at: "2026-11-20T10:00:30.000Z",
    ...{ code: "credentials-rejected", detail: "The provider answered 401.", count: 2 },
    retryAt: "2026-11-20T10:00:30.000Z",
  },
};
const vending = "token-vending-conferma-production";
const vendLog = `/aws/lambda/${vending}`;

async function deployment() {
  const account = await lambdaAccount({
    "list-all": {
      description: "Tells the status of every connection",
      answer: () => ({ connections: [status], cursor: null }),
    },
    [vending]: {
      description: "Vends the tokens of conferma/production",
      answer: () => ({ problem: { title: "Frozen", code: "frozen", detail: "Stopped." } }),
    },
    [`${vending}-renewals`]: {
      description: "Renews the tokens of conferma/production in time",
      answer: () => ({}),
    },
  });
  const logs = await startCloudWatchLogs({ visibleAfterMs: 0, now: () => Date.now() - 20_000 });
  onTestFinished(() => logs.stop());
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs.url);
  return { account, logs };
}

/** What a page with this link is told, as soon as the logs have been read. */
async function snapshotOf(out: string): Promise<ConsoleSnapshot> {
  const [address = "", key = ""] = (/http:\S+/.exec(out)?.[0] ?? "").split("#");
  const ask = async () => {
    const headers = { authorization: `Bearer ${key}` };
    return (await (await fetch(`${address}snapshot`, { headers })).json()) as ConsoleSnapshot;
  };
  await expect.poll(async () => (await ask()).logged.to).not.toBeNull();
  return ask();
}

describe("the command console", () => {
  test("serves status and logs with what to do, until it is interrupted", async () => {
    const { account, logs } = await deployment();
    for (const group of [vendLog, `${vendLog}-renewals`]) logs.createGroup(group);
    const failure = { connection, fence: 1, version: 1, reason: "cold", latencyMs: 12 };
    for (const line of [
      { event: "issue-failed", ...failure, outcome: "credentials-rejected", count: 1 },
      { event: "metrics", Realm: "conferma/production", Refusals: 2 },
      { event: "vended", connection, version: 1 },
    ]) {
      logs.put(vendLog, "one", JSON.stringify(line));
    }
    let link = "";
    const look = async (printed: string) => {
      link = /http:\S+/.exec(printed)?.[0] ?? "";
      const { place, connections, activity, counts, gaps, breaking } = await snapshotOf(printed);
      expect({ place, gaps, breaking }).toEqual({
        ...{ place: "AWS, eu-west-1", gaps: [], breaking: null },
      });
      expect(connections).toEqual([
        {
          ...status,
          ...{ realm: "conferma/production", account: "default" },
          words: expect.objectContaining({ label: "Backing off", tone: "bad" }),
          advice: {
            title: "The provider refuses our credentials",
            next: [
              `npm run vend -- secret put ${connection}`,
              "docs/operations.md#credentials-rejected",
            ],
          },
        },
      ]);
      expect(activity.map(({ kind, text }) => [kind, text])).toEqual([
        ["failure", "Renewal failed: credentials-rejected"],
      ]);
      expect(counts).toEqual([
        expect.objectContaining({ realm: "conferma/production", providerCalls: 1, refusals: 2 }),
      ]);
    };
    // The logs are asked for by the clock of the emulated AWS, which is this machine's.
    const more = { now: () => new Date() };
    const { exitCode, out } = await account.run("console", null, undefined, look, more);
    expect(exitCode).toBe(0);
    expect(out).toContain("keep it to yourself");
    await expect(fetch(link)).rejects.toThrow("fetch failed");
  });

  test("says what could not be read, and shows the rest", async () => {
    const { account } = await deployment();
    const { exitCode } = await account.run("console", null, undefined, async (printed) => {
      const { connections, gaps } = await snapshotOf(printed);
      expect(connections).toHaveLength(1);
      expect(gaps).toEqual([
        {
          what: "The logs of conferma/production could not be read.",
          next: expect.stringMatching(/There is no such log group.+Next: compare the account/),
        },
      ]);
    });
    expect(exitCode).toBe(0);
  });

  test("reads nothing while nobody looks, and once for all who do", async () => {
    const { account } = await deployment();
    await account.run("console", null, undefined, async (printed) => {
      expect(account.invoked).toEqual([]);
      await snapshotOf(printed);
      await snapshotOf(printed);
    });
    expect(account.invoked).toHaveLength(1);
  });

  test("tells why an action failed, with the next step, and never a token", async () => {
    const { account } = await deployment();
    await account.run("console", null, undefined, async (printed) => {
      const [address = "", key = ""] = (/http:\S+/.exec(printed)?.[0] ?? "").split("/#");
      const act = async (action: object) => {
        const headers = { authorization: `Bearer ${key}`, origin: address };
        const body = JSON.stringify(action);
        const response = await fetch(`${address}/act`, { method: "POST", headers, body });
        return [response.status, await response.json()];
      };
      expect(await act({ act: "vend", connection })).toEqual([
        409,
        { problem: expect.stringMatching(/^Frozen \(frozen\)\.\nStopped\.\nNext: npm run vend/) },
      ]);
      expect(await act({ act: "break", realm: "conferma/production", how: "down" })).toEqual([
        409,
        { problem: "Only the local stack can be broken from here." },
      ]);
      expect(await act({ act: "vend", connection: "../x" })).toEqual([
        400,
        { problem: "The console does not know this action." },
      ]);
    });
  });

  test("at a port that is taken says so, and what to do", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { account } = await deployment();
    const { exitCode, notices } = await account.run(`console --port ${port}`);
    expect(exitCode).toBe(1);
    expect(notices).toMatch(/cannot listen at this port \(no-port\).+Next: name another port/s);
    expect((await account.run("console --port 70000")).exitCode).toBe(2);
  });
});
