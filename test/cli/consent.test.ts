import { describe, expect, test } from "vitest";
import { problemOf } from "../../functions/http/problem.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { LambdaAccount } from "./lambda-account.ts";
import { lambdaAccount } from "./lambda-account.ts";

const connection = "connectpay/live/jo";
const link = {
  id: "an-id",
  url: "https://vend.example/consent/connectpay/live/canary",
  expiresAt: "2026-11-20T10:11:00.000Z",
};
const came = (state: string) => ({ connection, id: link.id, state });
const problem = (code: "store-unavailable" | "invalid-request") => ({
  problem: problemOf(new VendingError(code, "Some detail."), connection),
});

/** The functions of a realm, of which `vend-token` answers these about the link, one after the other. */
async function realmWith(
  answers: readonly object[],
  given: typeof link = link,
): Promise<LambdaAccount> {
  const left = [...answers];
  return lambdaAccount({
    begin: { description: "Asks people for a consent to connectpay/live", answer: () => given },
    vend: { description: "Vends the tokens of connectpay/live", answer: () => left.shift() },
  });
}

const line = `consent ${connection} --wait`;

describe("consent --wait", () => {
  test("shows the link, asks what came of it after pauses that grow, and says that it was granted", async () => {
    const account = await realmWith([came("pending"), came("pending"), came("granted")]);
    const { exitCode, out, notices } = await account.run(line);
    expect(exitCode).toBe(0);
    expect(account.invoked).toEqual([
      { name: "begin", payload: { account: "jo" } },
      ...Array(3).fill({ name: "vend", payload: { account: "jo", consentId: "an-id" } }),
    ]);
    expect(account.slept).toEqual([1000, 1500]);
    expect(out.indexOf(link.url)).toBeLessThan(out.indexOf("There is a consent to"));
    expect(out).toMatch(/Next: npm run vend -- vend connectpay\/live\/jo$/);
    expect(notices.trim()).toBe(
      "Waiting for the person. Ctrl-C ends the wait; the link goes on working.",
    );
    expect(`${out}\n${notices}`.split("\n").filter((printed) => printed.length > 80)).toEqual([]);
  });

  test("never pauses for more than half a minute", async () => {
    const pending = Array(14).fill(came("pending"));
    const account = await realmWith([...pending, came("granted")]);
    await account.run(line);
    expect(Math.max(...account.slept)).toBe(30_000);
    expect(account.slept).toHaveLength(14);
  });

  test("ends with an exit code of its own where nothing came of the link, and says what to do", async () => {
    const account = await realmWith([came("ended")]);
    const { exitCode, out } = await account.run(line);
    expect(exitCode).toBe(3);
    expect(out).toContain("Nothing came of the link");
    expect(out).toMatch(/Next: npm run vend -- consent connectpay\/live\/jo$/);
    expect(out.split("\n").filter((printed) => printed.length > 80)).toEqual([]);
  });

  test("says that the person has continued when the link can no longer be opened", async () => {
    const expired = { ...link, expiresAt: "2026-11-20T10:01:00.000Z" };
    const account = await realmWith([came("pending"), came("pending"), came("granted")], expired);
    const { notices } = await account.run(line);
    expect(notices.match(/has continued to the provider/g)).toHaveLength(1);
  });

  test("prints the link and what came of it as two lines of JSON", async () => {
    const account = await realmWith([came("pending"), came("ended")]);
    const { exitCode, out } = await account.run(`${line} --json`);
    expect(exitCode).toBe(3);
    expect(out.split("\n").map((each) => JSON.parse(each))).toEqual([link, came("ended")]);
  });

  test("goes on after a failure that may pass, and says so once", async () => {
    const down = problem("store-unavailable");
    const account = await realmWith([down, down, came("granted")]);
    const { exitCode, notices } = await account.run(line);
    expect(exitCode).toBe(0);
    expect(notices.match(/\(store-unavailable\)\. Still waiting\./g)).toHaveLength(1);
  });

  test("ends with one that cannot, after it has shown the link", async () => {
    const account = await realmWith([problem("invalid-request")]);
    const { exitCode, out, notices } = await account.run(line);
    expect({ exitCode, isShown: out.includes(link.url) }).toEqual({ exitCode: 1, isShown: true });
    expect(notices).toContain("(invalid-request)");
  });

  test("takes no function's name, because it invokes two", async () => {
    const account = await realmWith([]);
    const { exitCode, notices } = await account.run(`${line} --function begin`);
    expect(exitCode).toBe(2);
    expect(notices).toContain("--wait invokes two functions");
    expect(account.invoked).toEqual([]);
  });
});

test("consent asks for the consent of whom the command line names", async () => {
  const account = await realmWith([]);
  await account.run(`consent ${connection} --person jo@example.org --customer Mo**co --replace`);
  const owner = { person: "jo@example.org", customer: "Mo**co", replace: true };
  expect(account.invoked).toEqual([{ name: "begin", payload: { account: "jo", ...owner } }]);
});

test.each(["consent --help", "help consent", `consent ${connection} --wait --help`])(
  "%s explains the command, on 80 columns, and invokes nothing",
  async (asked) => {
    const account = await realmWith([]);
    const { exitCode, out } = await account.run(asked);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Usage: npm run vend -- consent <connection>\n/);
    expect(out).toContain("--person <person>");
    expect(out).toContain("Exit code: 0 ");
    expect(out.split("\n").filter((printed) => printed.length > 80)).toEqual([]);
    expect(account.invoked).toEqual([]);
  },
);
