import { describe, expect, test } from "vitest";
import { problemOf } from "../../functions/http/problem.ts";
import { proofOfRequest } from "../../functions/http/proof-of-request.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { aCredential } from "../support/a-credential.ts";
import type { LambdaAccount } from "./lambda-account.ts";
import { lambdaAccount } from "./lambda-account.ts";

const connection = "conferma/production/default";
const ahead = "2026-11-20T10:05:00.000Z";
const status = {
  ...{ connection, state: "usable", version: 13, fingerprint: "9f86d081884c" },
  ...{ issuedAt: "2026-11-20T09:59:00.000Z", usableUntil: ahead, expiresAt: ahead, renewAt: ahead },
  ...{ lease: null, lastIssue: null, lastFailure: null },
};
const answer = {
  ...{ connection, version: 13, fingerprint: "9f86d081884c", token: "canary-token" },
  ...{ issuedAt: status.issuedAt, usableUntil: ahead, expiresAt: ahead },
  header: { name: "Authorization", value: "DPoP canary-token" },
  extraHeaders: { DPoP: "canary-proof" },
};

/** A deployment whose tokens are bound to a key: it refuses as the function does. */
async function deployment(): Promise<LambdaAccount> {
  const bound = aCredential({ proofKey: new Sensitive("key") });
  const request = { account: "default", minValiditySeconds: 0, rejectedVersion: null };
  const refusal = await proofOfRequest(bound, request, async () => "").catch((error) => error);
  expect(refusal).toBeInstanceOf(VendingError);
  return lambdaAccount({
    list: {
      description: "Tells the status of every connection",
      answer: () => ({ connections: [status], cursor: null }),
    },
    vending: {
      description: "Vends the tokens of conferma/production",
      answer: ({ proofFor }) => (proofFor ? answer : { problem: problemOf(refusal, null) }),
    },
  });
}

/** What the functions that vend were asked. */
const asked = ({ invoked }: LambdaAccount) =>
  invoked.filter(({ name }) => name === "vending").map(({ payload }) => payload);

const proofFor = "GET https://nobody.invalid/";

describe("a token that is bound to a key", () => {
  test("is fine to recover, as it can be vended with a proof", async () => {
    const account = await deployment();
    const { exitCode, out } = await account.run("recover");
    expect([exitCode, out.split("\n").at(-1)]).toEqual([0, `  ${connection}  usable  –`]);
    expect(asked(account)).toEqual([{ account: "default" }, { account: "default", proofFor }]);
  });

  test.each([
    [`vend ${connection}`, {}],
    [`reject ${connection} 12`, { rejectedVersion: 12 }],
  ])("is vended to who does not want to see it: %s", async (line, more) => {
    const account = await deployment();
    const { exitCode, out } = await account.run(line);
    expect(exitCode).toBe(0);
    expect(out).toContain("header         DPoP (--show-token shows it)");
    expect(out).not.toContain("canary");
    const payload = { account: "default", ...more };
    expect(asked(account)).toEqual([payload, { ...payload, proofFor }]);
  });

  test("is shown only with a proof for the request that is named", async () => {
    const account = await deployment();
    const line = ["vend", connection, "--show-token"];
    const { exitCode, notices } = await account.run(line);
    expect([exitCode, notices]).toEqual([1, expect.stringContaining("proofFor: is missing")]);
    expect(asked(account)).toEqual([{ account: "default" }]);
    const own = "GET https://api.example/accounts";
    const { out } = await account.run([...line, "--proof-for", own]);
    expect(out).toContain("canary-proof");
    expect(asked(account).at(-1)).toEqual({ account: "default", proofFor: own });
  });

  test("is vended from the console", async () => {
    const account = await deployment();
    await account.run("console", null, undefined, async (printed) => {
      const [address = "", key = ""] = (/http:\S+/.exec(printed)?.[0] ?? "").split("/#");
      const headers = { authorization: `Bearer ${key}`, origin: address };
      const body = JSON.stringify({ act: "vend", connection });
      const response = await fetch(`${address}/act`, { method: "POST", headers, body });
      expect(await response.json()).toEqual({
        text: expect.stringContaining("version 13 was vended"),
      });
    });
    expect(asked(account)).toContainEqual({ account: "default", proofFor });
  });
});
