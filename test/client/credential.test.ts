import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { VendedCredential } from "../../client/credential.ts";
import { anAnswer, canary, connection, startVending } from "./vending-server.ts";

async function vended(): Promise<VendedCredential> {
  const extraHeaders = { "X-Centrapay-Account": "canary-account" };
  const attributes = { tenant: "acme" };
  const answer = () => anAnswer(1, { extraHeaders, attributes });
  const { client } = await startVending({ answer });
  return client.vend();
}

describe("a credential", () => {
  it("has its token and all its headers when they are asked for", async () => {
    const { token, headers, issuedAt, usableUntil } = await vended();
    expect(token).toBe(canary(1));
    expect({ ...headers }).toEqual({
      "X-Centrapay-Account": "canary-account",
      Authorization: `Bearer ${canary(1)}`,
    });
    expect(new Headers(headers).get("authorization")).toBe(`Bearer ${canary(1)}`);
    expect([issuedAt, usableUntil]).toEqual([
      new Date("2026-11-20T10:00:00.000Z"),
      new Date("2026-11-20T10:04:58.000Z"),
    ]);
  });

  it.each<[string, (credential: VendedCredential) => string]>([
    ["JSON", (credential) => JSON.stringify({ credential })],
    ["JSON of its headers", ({ headers }) => JSON.stringify({ headers })],
    ["inspect", (credential) => inspect({ credential }, { depth: 9, getters: true })],
    ["inspect with everything hidden", (credential) => inspect(credential, { showHidden: true })],
    ["inspect of its headers", ({ headers }) => inspect({ headers })],
    [
      "a log line",
      (credential) => format("%s %o %O %j", credential, credential, credential, credential),
    ],
    ["a spread", (credential) => inspect({ ...credential })],
    ["a structured clone", (credential) => inspect(structuredClone(credential))],
    ["a template string", (credential) => `${credential} ${credential.headers}`],
  ])("does not print what is secret: %s", async (_, print) => {
    expect(print(await vended())).not.toContain("canary");
  });

  it("prints only what identifies it", async () => {
    const printed = inspect(await vended());
    for (const fact of [connection, "version: 1", "9f86d0818801", "2026-11-20T10:04:58.000Z"]) {
      expect(printed).toContain(fact);
    }
  });

  it("cannot be changed by one of those who share it", async () => {
    const credential = await vended();
    const headers: Record<string, string> = credential.headers;
    expect(() => {
      headers["X-Request-Id"] = "mine";
    }).toThrow(TypeError);
    expect(() => Object.assign(credential, { version: 2 })).toThrow(TypeError);
    expect(() => Object.assign(credential.attributes ?? {}, { tenant: "mine" })).toThrow(TypeError);
    expect({ ...headers, "X-Request-Id": "mine" }).toMatchObject({ "X-Request-Id": "mine" });
  });
});
