import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { recoveryGuides } from "../../cli/recovery-findings.ts";
import { problemOf } from "../../functions/http/problem.ts";
import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { Guard } from "../../local/aws/sigv4/guard.ts";
import { ALLOW_ALL } from "../../local/aws/sigv4/guard.ts";
import { lambdaAccount } from "./lambda-account.ts";

const root = path.join(import.meta.dirname, "..", "..");
const before = "2026-11-20T09:59:00.000Z";
const restoredAt = "2026-11-20T10:00:00.000Z";
const since = "2026-11-20T10:00:30.000Z";
const ahead = "2026-11-20T10:05:00.000Z";

function status(connection: string, more: Partial<ConnectionAnswer> = {}): ConnectionAnswer {
  return {
    ...{ connection, state: "usable", version: 13, fingerprint: "9f86d081884c" },
    ...{ issuedAt: before, usableUntil: ahead, expiresAt: ahead, renewAt: ahead },
    ...{ lease: null, lastIssue: null, lastFailure: null },
    ...more,
  };
}

const failure = (code: ProblemCode, detail = "Some detail.") => ({
  ...{ at: before, code, detail, count: 1, retryAt: before },
});

type Vend = (payload: Readonly<Record<string, unknown>>) => unknown;

const vended: Vend = ({ account, rejectedVersion }) => ({
  connection: String(account),
  version: Number(rejectedVersion ?? 12) + 1,
});
const refuse = (code: ProblemCode, detail = "Some detail.", seconds: number | null = null) => ({
  problem: problemOf(new VendingError(code, detail, seconds), null),
});

/** A deployment whose table has these connections, and whose vending functions all answer the same way. */
function deployment(
  connections: readonly ConnectionAnswer[],
  vend: Vend = vended,
  guard: Guard = ALLOW_ALL,
) {
  const realmOf = (connection: string) => connection.split("/").slice(0, 2).join("/");
  const realms = ["conferma", "connectpay", "cfis", "send-payments", "new"].map(
    (provider) => `${provider}/live`,
  );
  return lambdaAccount(
    {
      list: {
        description: "Tells the status of every connection",
        answer: ({ realm }) => ({
          connections: connections.filter(
            ({ connection }) => !realm || realmOf(connection) === realm,
          ),
          cursor: null,
        }),
      },
      ...Object.fromEntries(
        realms.map((realm) => [
          `vend-${realm.replace("/", "-")}`,
          { description: `Vends the tokens of ${realm}`, answer: vend },
        ]),
      ),
    },
    guard,
  );
}

type Account = Awaited<ReturnType<typeof deployment>>;
const vends = ({ invoked }: Account) => invoked.filter(({ name }) => name !== "list");

describe("without --yes nothing is renewed", () => {
  test("a stored token is vended, to check that it opens; no version is reported", async () => {
    const account = await deployment([status("conferma/live/default")]);
    const { exitCode, out, notices } = await account.run("recover");
    expect({ exitCode, notices }).toEqual({ exitCode: 0, notices: "" });
    expect(vends(account)).toEqual([
      { name: "vend-conferma-live", payload: { account: "default" } },
    ]);
    expect(out.split("\n").at(-1)).toBe("  conferma/live/default  usable  –");
  });

  test.each([
    ["expired", { state: "expired" }],
    ["due, so that a vend would renew it", { renewAt: before }],
    ["being renewed", { state: "renewing" }],
    ["contested", { state: "contested" }],
    ["damaged", { state: "damaged" }],
    ["refused", { state: "credentials-rejected" }],
  ] satisfies [string, Partial<ConnectionAnswer>][])(
    "one that is %s is not vended",
    async (_, more) => {
      const account = await deployment([status("conferma/live/default", more)]);
      expect((await account.run("recover")).exitCode).toBe(0);
      expect(vends(account)).toEqual([]);
    },
  );
});

describe("a finding comes with what to do", () => {
  const jo = "connectpay/live/jo";
  const card = "conferma/live/default";
  const keyIsDisabled = "KMS refused (DisabledException).";

  test.each([
    [status(jo, { state: "consent-required" }), "needs a consent", `consent ${jo}`],
    [status(card, { state: "damaged" }), "damaged record", "--yes vends"],
    [status(card, { state: "contested" }), "another issuer", "operations.md#contested"],
    [
      status(card, { state: "credentials-rejected" }),
      "secret refused",
      "docs/recovery.md#secret-rolled-back",
    ],
    [
      status(card, {
        state: "backing-off",
        lastFailure: failure("store-unavailable", keyIsDisabled),
      }),
      "KMS refuses its key",
      "docs/recovery.md#sealing-key-unavailable",
    ],
    [
      status(card, { lastFailure: failure("provider-unavailable") }),
      "provider-unavailable",
      `vend ${card}`,
    ],
  ])("of the status: %#", async (found, summary, next) => {
    const { out } = await (await deployment([found])).run("recover");
    expect(out).toContain(`  ${summary}\n`);
    expect(out.split("\n\n")[1]).toContain(next);
  });

  test.each([
    [card, refuse("store-unavailable", keyIsDisabled), "KMS refuses its key"],
    [card, refuse("store-unavailable", "The table did not answer."), "store-unavailable"],
    [
      jo,
      refuse("store-unavailable", "The refresh token was sealed with another key; …"),
      "sealed by another key",
    ],
    [card, refuse("contested"), "another issuer"],
  ])("of the vend of a stored token: %#", async (connection, answer, summary) => {
    const account = await deployment([status(connection)], () => answer);
    expect((await account.run("recover")).out).toContain(`  ${summary}\n`);
  });

  test("a function that fails is listed with the others", async () => {
    const account = await deployment([status(card), status(jo)], () => {
      throw new Error("out of memory");
    });
    const { exitCode, out } = await account.run("recover");
    expect(exitCode).toBe(0);
    expect(out).toContain("not renewed (2)");
    expect(out).toContain(`${card}  usable  function-failed`);
  });

  test("every page and section that it names exists", () => {
    const advice = Object.values(recoveryGuides).map((guide) => guide.advice ?? "");
    const named = advice.flatMap((text) => text.match(/docs\/[\w.-]+(#[\w-]+)?/g) ?? []);
    expect(named.length).toBeGreaterThan(3);
    for (const each of named) {
      const [page = "", anchor] = each.replace(/\.$/, "").split("#");
      expect([each, existsSync(path.join(root, page))]).toEqual([each, true]);
      if (anchor) expect(anchorsOf(page)).toContain(anchor);
    }
  });
});

describe("after a restore", () => {
  const restored = [
    status("conferma/live/default"),
    status("conferma/live/renewed", { issuedAt: since }),
    status("conferma/live/expired", { state: "expired" }),
    status("connectpay/live/jo"),
    status("cfis/live/default", { usableUntil: null, expiresAt: null, renewAt: before }),
    status("new/live/default"),
  ];
  const line = `recover --restored-at ${restoredAt}`;

  test("tokens from before it are listed, and none of them is vended", async () => {
    const account = await deployment(restored);
    const { exitCode, out } = await account.run(line);
    expect(exitCode).toBe(0);
    expect(vends(account).map(({ name, payload }) => [name, payload])).toEqual([
      ["vend-conferma-live", { account: "renewed" }],
      ["vend-cfis-live", { account: "default" }],
    ]);
    expect(out.split("\n").map((each) => each.trim())).toEqual([
      "connection             state    finding",
      expect.stringMatching(/^─/),
      "conferma/live/default  usable   restored: may be revoked",
      "conferma/live/renewed  usable   –",
      "conferma/live/expired  expired  nothing stored",
      "connectpay/live/jo     usable   restored: may have ended",
      "cfis/live/default      usable   –",
      "new/live/default       usable   restored: may have ended",
      "",
      "restored: may be revoked (1). --yes reports each token as rejected, so that it",
      "is replaced once.",
      "restored: may have ended (2). Left alone: the next renewal tries the restored",
      "refresh token. Which ones the provider refuses:",
      "docs/recovery.md#restored-consents. For those:",
      "npm run vend -- consent connectpay/live/jo",
      "npm run vend -- consent new/live/default",
    ]);
  });

  test("--yes reports each version once, and no version of a consent or of an unknown provider", async () => {
    const account = await deployment(restored);
    const { exitCode, out, notices } = await account.run(`${line} --yes`);
    expect(exitCode).toBe(0);
    const reported = vends(account).filter(({ payload }) => "rejectedVersion" in Object(payload));
    expect(reported).toEqual([
      { name: "vend-conferma-live", payload: { account: "default", rejectedVersion: 13 } },
    ]);
    expect(notices).toBe("1/1 conferma/live/default: version 14");
    expect(out).toContain("conferma/live/default  usable   vended: version 14");
    expect(out).toContain("consent connectpay/live/jo");
  });

  test.each(["damaged", "credentials-rejected", "backing-off", "expired", "contested"] as const)(
    "a consent is left alone, %s or not: a vend might use its refresh token",
    async (state) => {
      const lastFailure = failure("provider-unavailable");
      const jo = status("connectpay/live/jo", { state, lastFailure });
      const account = await deployment([jo]);
      const { out } = await account.run(`${line} --yes`);
      expect(vends(account)).toEqual([]);
      expect(out).toContain("restored: may have ended\n");
    },
  );

  test.each(["2026-11-20T10:00", "yesterday", "2026-11-20", "2026-13-20T10:00Z"])(
    "the instant has to be one with a zone: %s",
    async (instant) => {
      const account = await deployment(restored);
      const { exitCode, notices } = await account.run(`recover --restored-at ${instant}`);
      expect(exitCode).toBe(2);
      expect(notices).toContain("is not an instant");
      expect(account.invoked).toEqual([]);
    },
  );

  test("the instant has passed: otherwise each run would renew everything again", async () => {
    const account = await deployment(restored);
    const { exitCode, notices } = await account.run(`recover --restored-at ${ahead} --yes`);
    expect(exitCode).toBe(2);
    expect(notices).toContain("lies in the future");
    expect(account.invoked).toEqual([]);
  });
});

describe("--yes", () => {
  const many = ["a", "b", "c", "d", "e"].map((account) =>
    status(`conferma/live/${account}`, { state: "damaged" }),
  );

  test("renews one by one, one a second, with progress", async () => {
    const account = await deployment(many);
    const { exitCode, notices } = await account.run("recover --yes");
    expect(exitCode).toBe(0);
    expect(account.slept).toEqual([1000, 1000, 1000, 1000]);
    expect(notices.split("\n").at(-1)).toBe("5/5 conferma/live/e: version 13");
  });

  test("leaves a realm alone after three failures in a row, and goes on with the next", async () => {
    const all = [...many, status("send-payments/live/a", { state: "damaged" })];
    const account = await deployment(all, ({ account: name }) =>
      name === "a" && account.slept.length > 1 ? vended({}) : refuse("provider-unavailable"),
    );
    const { exitCode, out } = await account.run("recover --yes");
    expect(exitCode).toBe(1);
    expect(vends(account).map(({ name }) => name)).toEqual([
      "vend-conferma-live",
      "vend-conferma-live",
      "vend-conferma-live",
      "vend-send-payments-live",
    ]);
    expect(out.match(/not tried/g)).toHaveLength(2);
    expect(out).toContain("send-payments/live/a  damaged  vended: version 13");
  });

  test("waits for the stated time and retries, three times at most", async () => {
    const [one] = many;
    const account = await deployment(one ? [one] : [], () =>
      refuse("renewal-in-progress", "Wait.", 2),
    );
    const { exitCode, out } = await account.run("recover --yes");
    expect(exitCode).toBe(1);
    expect(vends(account)).toHaveLength(3);
    expect(account.slept).toEqual([2000, 2000]);
    expect(out).toContain("renewal-in-progress");
  });

  test("does not wait for a quarter of an hour", async () => {
    const account = await deployment(many.slice(0, 1), () =>
      refuse("provider-throttled", "Wait.", 900),
    );
    expect((await account.run("recover --yes")).exitCode).toBe(1);
    expect(account.slept).toEqual([]);
  });

  test("never renews a connection that needs a person, another issuer to stop, or a key", async () => {
    const account = await deployment([
      status("connectpay/live/jo", { state: "consent-required" }),
      status("conferma/live/a", { state: "contested" }),
      status("conferma/live/b", {
        state: "backing-off",
        lastFailure: failure("store-unavailable", "KMS did not answer (DisabledException)."),
      }),
    ]);
    expect(await account.run("recover --yes")).toMatchObject({ exitCode: 0, notices: "" });
    expect(vends(account)).toEqual([]);
  });
});

test("functions are listed once, however many of them are invoked", async () => {
  const actions: string[] = [];
  const guard: Guard = { ...ALLOW_ALL, report: (_, action) => void actions.push(action) };
  const many = ["a", "b", "c"].map((name) => status(`conferma/live/${name}`));
  await (await deployment(many, vended, guard)).run("recover");
  expect(actions).toEqual([
    "lambda:ListFunctions",
    ...many.map(() => "lambda:InvokeFunction"),
    "lambda:InvokeFunction",
  ]);
});

describe("what is checked", () => {
  test("a realm", async () => {
    const account = await deployment([
      status("conferma/live/a", { state: "expired" }),
      status("cfis/live/a", { state: "expired" }),
    ]);
    const { out } = await account.run("recover conferma/live");
    expect(account.invoked).toEqual([{ name: "list", payload: { realm: "conferma/live" } }]);
    expect(out).not.toContain("cfis");
  });

  test("connections by name, including those that the table no longer has", async () => {
    const account = await deployment([status("conferma/live/a", { state: "expired" })]);
    const { exitCode, out } = await account.run(
      "recover conferma/live/a conferma/live/gone connectpay/live/jo --yes --json",
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({
      connections: [
        {
          ...{ connection: "conferma/live/a", state: "expired", version: 13 },
          ...{ finding: "idle", code: null, isRenewed: null, next: null },
        },
        {
          ...{ connection: "conferma/live/gone", state: null, version: 13 },
          ...{ finding: "no-record", code: null, isRenewed: true, next: null },
        },
        {
          ...{ connection: "connectpay/live/jo", state: null, version: null },
          ...{ finding: "no-consent", code: null, isRenewed: null },
          next: "npm run vend -- consent connectpay/live/jo",
        },
      ],
    });
    expect(vends(account)).toEqual([{ name: "vend-conferma-live", payload: { account: "gone" } }]);
  });

  test("an empty table is reported with the next step", async () => {
    const { out } = await (await deployment([])).run("recover");
    expect(out).toContain("docs/recovery.md#region-lost");
  });

  test.each([
    ["recover conferma", "conferma is not a connection"],
    ["recover conferma/live cfis/live", "conferma/live is not a connection"],
    ["recover --function one", "Unknown option --function."],
  ])("%s is not understood", async (line, message) => {
    const account = await deployment([]);
    const { exitCode, notices } = await account.run(line);
    expect(exitCode).toBe(2);
    expect(notices).toContain(message);
    expect(account.invoked).toEqual([]);
  });
});

/** The anchors that GitHub generates for headings. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(path.join(root, page), "utf8").matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
  );
}
