import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { redrawn } from "../../cli/watch.ts";
import { lambdaAccount } from "./lambda-account.ts";

const usableStatus = {
  connection: "conferma/production/default",
  state: "usable",
  version: 13,
  fingerprint: "9f86d081884c",
  issuedAt: "2026-11-20T10:00:00.000Z",
  usableUntil: "2026-11-20T10:04:58.000Z",
  expiresAt: "2026-11-20T10:05:00.000Z",
  renewAt: "2026-11-20T10:05:00.250Z",
  lease: null,
  lastIssue: null,
  lastFailure: null,
};

describe("status", () => {
  const status = (answer: (payload: object) => unknown) => ({
    "stack-List": { description: "Tells the status of every connection", answer },
  });

  test("is a table of all pages, with the next steps", async () => {
    const pages = [
      { connections: [usableStatus], cursor: "more" },
      {
        connections: [
          {
            ...usableStatus,
            connection: "connectpay/live/jo",
            state: "consent-required",
            version: 0,
            fingerprint: null,
            usableUntil: null,
            renewAt: null,
          },
          {
            ...usableStatus,
            connection: "cfis/live/default",
            usableUntil: null,
            lease: {
              since: "2026-11-20T10:00:59.000Z",
              until: "2026-11-20T10:01:06.000Z",
              reason: "scheduled",
            },
            lastFailure: {
              at: "2026-11-20T10:00:30.000Z",
              code: "provider-unavailable",
              detail: "",
              count: 1,
              retryAt: "",
            },
          },
        ],
        cursor: null,
      },
    ];
    const account = await lambdaAccount(status(() => pages[account.invoked.length - 1]));
    const { exitCode, out } = await account.run("status");
    expect(exitCode).toBe(0);
    expect(account.invoked.map(({ payload }) => payload)).toEqual([{}, { cursor: "more" }]);
    expect(out.split("\n").map((line) => line.trim())).toEqual([
      "connection                   state             version  usable until   renewal",
      expect.stringMatching(/^─/),
      "connectpay/live/jo           consent-required  0        –              –",
      "cfis/live/default            usable            13       no end         now (scheduled)",
      "conferma/production/default  usable            13       in 3 min 58 s  in 4 min",
      "",
      "cfis/live/default: last failure 30 s ago: provider-unavailable",
      "",
      "connectpay/live/jo: npm run vend -- consent connectpay/live/jo",
      "",
      "1 of 3 needs you: 1 consent-required; 1 waiting, 1 ok.",
    ]);
  });

  test("says who was asked to consent, and for how long, instead of asking again", async () => {
    const waiting = {
      ...usableStatus,
      connection: "connectpay/live/jo",
      state: "consent-required",
    };
    const until = "2026-11-20T10:11:00.000Z";
    const asked = [{ until, begunBy: "arn:aws:iam::111122223333:role/asker" }, { until }];
    const connections = asked.map((each) => ({ ...waiting, asked: each }));
    const account = await lambdaAccount(status(() => ({ connections, cursor: null })));
    const { out } = await account.run("status");
    expect(out.split("\n").slice(5, -2)).toEqual([
      "connectpay/live/jo: a person was asked to consent by arn:aws:iam::111122223333:role/asker; the latest link ends in 10 min",
      "connectpay/live/jo: a person was asked to consent; the latest link ends in 10 min",
    ]);
  });

  test("of one realm asks for that, on every page", async () => {
    const account = await lambdaAccount(
      status(() => ({
        connections: [usableStatus],
        cursor: account.invoked.length < 2 ? "more" : null,
      })),
    );
    const { out } = await account.run("status conferma/production --json");
    const realm = "conferma/production";
    expect(account.invoked.map(({ payload }) => payload)).toEqual([
      { realm },
      { realm, cursor: "more" },
    ]);
    expect(JSON.parse(out)).toEqual({ connections: [usableStatus, usableStatus] });
  });

  test("on a small terminal has what needs an operator on the first and on the last lines", async () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...usableStatus,
      connection: `cfis/live/account-${index}`,
    }));
    const states = { refused: "credentials-rejected", stopped: "frozen", left: "expired" };
    const others = Object.entries(states).map(([account, state]) => {
      return { ...usableStatus, connection: `cfis/live/${account}`, state };
    });
    const connections = [...many, ...others];
    const account = await lambdaAccount(status(() => ({ connections, cursor: null })));
    const { out } = await account.run("status", null, { columns: 80, hasColors: false });
    const lines = out.split("\n");
    const rows = lines.slice(2, 6).map((line) => line.trim().split(/ {2,}/).slice(0, 2));
    expect(rows).toEqual([
      ["cfis/live/refused", "credentials-rejected"],
      ["cfis/live/stopped", "frozen"],
      ["cfis/live/left", "expired"],
      ["cfis/live/account-0", "usable"],
    ]);
    expect(lines.at(-1)).toBe("1 of 43 needs you: 1 credentials-rejected; 1 frozen, 1 due, 40 ok.");
  });

  test.each([40, 60, 80, 100])("is not wider than a terminal of %i columns", async (columns) => {
    const connection = "connectpay/live/somebody.with.a.long.name@example.org";
    const connections = [usableStatus, { ...usableStatus, connection, state: "contested" }];
    const account = await lambdaAccount(status(() => ({ connections, cursor: null })));
    const { out } = await account.run("status", null, { columns, hasColors: false });
    const table = out.split("\n\n")[0]?.split("\n") ?? [];
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(columns);
    const prose = out.split("\n").slice(table.length);
    // Only a word that is longer, such as a name to copy, goes beyond the edge.
    for (const line of prose.filter((each) => each.trim().includes(" ")))
      expect(line.length).toBeLessThanOrEqual(columns);
    const rule = table.find((line) => line.includes("─")) ?? "";
    const rows = table.slice(table.indexOf(rule) + 1);
    const firstCells = rows.map((line) => line.slice(2, rule.indexOf(" ", 2)).trim());
    expect(firstCells.join("")).toBe(`${connection}${usableStatus.connection}`);
  });

  test("says what came with a token, in a line of its own", async () => {
    const attributes = { instance_url: "https://eu1.acme.example", app: "7" };
    const connections = [{ ...usableStatus, attributes }];
    const account = await lambdaAccount(status(() => ({ connections, cursor: null })));
    const { connection } = usableStatus;
    expect((await account.run("status")).out).toContain(
      `\n\n${connection}: token with instance_url https://eu1.acme.example, app 7\n\n`,
    );
  });

  test("has colours only where the screen has, and never those of a name", async () => {
    const consent = { consentedAt: "2026-11-20T09:01:00.000Z", endsAt: null, isRenewable: true };
    const customer = "\u001b[32mPaid\u001b[2J";
    const columns = 120;
    const connections = [{ ...usableStatus, consent: { ...consent, customer } }];
    const account = await lambdaAccount(status(() => ({ connections, cursor: null })));
    const plain = (await account.run("status")).out;
    const { out } = await account.run("status", null, { columns, hasColors: true });
    expect(out).toContain("\u001b[32musable\u001b[39m");
    expect(stripVTControlCharacters(out)).toBe(plain);
    expect(plain).toContain("for \ufffd[32mPaid\ufffd[2J");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none but the colours.
    expect(out.match(/\u001b\[[\d;]*./g)).toEqual(["\u001b[32m", "\u001b[39m"]);
  });

  const watched = (answers: readonly object[]) => {
    const left = [...answers];
    return lambdaAccount(status(() => left.shift()));
  };
  const page = { connections: [usableStatus], cursor: null };
  const problem = { code: "store-unavailable", title: "t", detail: "d", retryable: true };

  test("with --watch is redrawn on a terminal, every five seconds, until it is interrupted", async () => {
    const account = await watched([page, { problem }, page]);
    const screen = { columns: 80, hasColors: false };
    const { exitCode, out, notices } = await account.run(
      "status --watch",
      null,
      screen,
      undefined,
      { frames: 3 },
    );
    expect({ exitCode, notices }).toEqual({ exitCode: 0, notices: "" });
    expect(account.slept).toEqual([5000, 5000, 5000]);
    expect(out.match(/None of 1 needs you/g)).toHaveLength(2);
    // A failure may pass.
    expect(out).toContain("t (store-unavailable).");
  });

  test("with --watch --json is a line each time", async () => {
    const account = await watched([page, { problem }]);
    const line = "status --watch --interval 30 --json";
    const { exitCode, out } = await account.run(line, null, undefined, undefined, { frames: 2 });
    expect(exitCode).toBe(0);
    expect(out.split("\n").map((each) => JSON.parse(each))).toEqual([
      { connections: [usableStatus] },
      { problem },
    ]);
    expect(account.slept).toEqual([30_000, 30_000]);
  });

  test("with --watch that fails at the first time ends", async () => {
    const { exitCode, notices } = await (await watched([{ problem }])).run(
      "status --watch",
      null,
      undefined,
      undefined,
      { frames: 1 },
    );
    expect([exitCode, notices]).toEqual([1, expect.stringContaining("store-unavailable")]);
  });

  test.each(["status --watch --interval 0", "status --watch --interval x", "status --interval 5"])(
    "%s is no command line",
    async (line) => {
      const { exitCode, notices } = await (await watched([])).run(line);
      expect([exitCode, notices]).toEqual([2, expect.stringContaining("--interval")]);
    },
  );

  test.each([
    ["first", ["1", "2", "9"]],
    ["last", ["7", "8", "9"]],
  ] as const)("redrawn on a small terminal, what is %s stays", (keeps, kept) => {
    const text = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].join("\n");
    const drawn = redrawn(text, 4, keeps);
    expect(stripVTControlCharacters(drawn).trimEnd().split("\n")).toEqual(kept);
    // No line may wrap, for which the screen would scroll.
    expect(drawn.startsWith("\u001b[?7l\u001b[H")).toBe(true);
    expect(drawn.endsWith("\u001b[J\u001b[?7h")).toBe(true);
  });

  test("of nothing says so", async () => {
    const account = await lambdaAccount(status(() => ({ connections: [], cursor: null })));
    expect((await account.run("status")).out).toBe("No connection has been vended yet.");
  });
});
