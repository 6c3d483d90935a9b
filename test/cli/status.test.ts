import { describe, expect, test } from "vitest";
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
      "conferma/production/default  usable            13       in 3 min 58 s  in 4 min",
      "connectpay/live/jo           consent-required  0        –              –",
      "cfis/live/default            usable            13       no end         now (scheduled)",
      "",
      "cfis/live/default: last failure 30 s ago: provider-unavailable",
      "",
      "connectpay/live/jo: npm run vend -- consent connectpay/live/jo",
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
    expect(out.split("\n").slice(5)).toEqual([
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

  test("of nothing says so", async () => {
    const account = await lambdaAccount(status(() => ({ connections: [], cursor: null })));
    expect((await account.run("status")).out).toBe("No connection has been vended yet.");
  });
});
