import { describe, expect, test } from "vitest";
import { problemOf } from "../../functions/http/problem.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { lambdaAccount } from "./lambda-account.ts";

type Answer = (payload: Readonly<Record<string, unknown>>) => unknown;

const resealed: Answer = ({ account }) => ({
  connection: `conferma/live/${account}`,
  resealed: ["token", "refresh-token"],
  unreadable: [],
});
const lost: Answer = (payload) => ({
  ...Object(resealed(payload)),
  resealed: [],
  unreadable: ["token"],
});
const empty: Answer = (payload) => ({ ...Object(resealed(payload)), resealed: [] });
const unavailable: Answer = () => ({
  problem: problemOf(new VendingError("store-unavailable", "KMS did not answer.", 1), null),
});

/** A deployment with one realm, whose accounts answer so. */
function deployment(answers: Readonly<Record<string, Answer>>) {
  const connections = Object.keys(answers).map((account) => ({
    connection: `conferma/live/${account}`,
  }));
  return lambdaAccount({
    list: {
      description: "Tells the status of every connection",
      answer: () => ({ connections, cursor: null }),
    },
    vend: { description: "Vends the tokens of conferma/live", answer: () => null },
    renew: {
      description: "Renews the tokens of conferma/live in time",
      answer: (payload) => (answers[String(payload["account"])] ?? resealed)(payload),
    },
  });
}

describe("reseal", () => {
  test("seals every connection anew, one by one, and shows each as it is done", async () => {
    const account = await deployment({ a: resealed, b: empty });
    const { exitCode, out, notices } = await account.run("reseal");
    expect(exitCode).toBe(0);
    expect(notices).toBe(
      "1/2 conferma/live/a: token sealed anew, refresh token sealed anew\n2/2 conferma/live/b: nothing stored",
    );
    expect(out).toMatch(/conferma\/live\/a +token sealed anew, refresh token sealed anew/);
    const sent = account.invoked.filter(({ name }) => name === "renew");
    expect(sent.map(({ payload }) => payload)).toEqual([
      { account: "a", reseal: true },
      { account: "b", reseal: true },
    ]);
  });

  test("goes on after a failure, and exits with 1", async () => {
    const account = await deployment({ a: unavailable, b: lost, c: resealed });
    const { exitCode, out } = await account.run("reseal conferma/live --json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      connections: [
        { connection: "conferma/live/a", problem: { code: "store-unavailable" } },
        { connection: "conferma/live/b", resealed: [], unreadable: ["token"], problem: null },
        { connection: "conferma/live/c", resealed: ["token", "refresh-token"] },
      ],
    });
  });

  test("says where to read on when something is unreadable", async () => {
    const { exitCode, out } = await (await deployment({ a: lost })).run("reseal");
    expect(exitCode).toBe(1);
    expect(out).toContain("token unreadable");
    expect(out).toContain("docs/operations.md#rotating-the-sealing-key");
  });

  test("seals named connections only, also such as the table does not list", async () => {
    const account = await deployment({ a: resealed, b: resealed });
    await account.run("reseal conferma/live/b conferma/live/c");
    const sent = account.invoked.filter(({ name }) => name === "renew");
    expect(sent.map(({ payload }) => Object(payload).account)).toEqual(["b", "c"]);
  });

  test("of an empty table says so", async () => {
    expect(await (await deployment({})).run("reseal")).toMatchObject({
      exitCode: 0,
      out: "The table has no connection.",
    });
  });

  test.each(["reseal Conferma", "reseal conferma", "reseal --function f"])(
    "is refused as `%s`",
    async (line) => {
      const account = await deployment({ a: resealed });
      expect(await account.run(line)).toMatchObject({ exitCode: 2 });
      expect(account.invoked).toEqual([]);
    },
  );
});
