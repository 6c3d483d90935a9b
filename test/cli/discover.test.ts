import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test } from "vitest";
import { readMetadata } from "../../cli/discover/read-metadata.ts";
import { suggestRealms } from "../../cli/discover/suggest-realms.ts";
import { run } from "../../cli/run.ts";
import { readRealms } from "../../infra/realm-list.ts";
import { listen } from "../../local/aws/listen.ts";
import { startForeignProvider } from "../support/foreign-provider.ts";

async function vend(...line: readonly string[]) {
  const out: string[] = [];
  const notices: string[] = [];
  const exitCode = await run(line, {
    screen: { columns: 80, hasColors: false },
    redraw: () => {},
    out: (text) => out.push(text),
    notice: (text) => notices.push(text),
    readCode: async () => null,
    readPiped: async () => null,
    readHidden: async () => null,
    untilInterrupted: async () => undefined,
    now: () => new Date(),
    sleep: async () => undefined,
  });
  return { exitCode, out: out.join("\n"), notices: notices.join("\n") };
}

/** What is printed, read as infra/realms.ts would be: fails as a deployment would. */
function realmsIn(printed: string) {
  return readRealms(runInNewContext(`[${printed}]`)).map(({ settings }) => settings);
}

async function serve(answer: RequestListener) {
  const server = await listen(createServer(answer));
  onTestFinished(server.stop);
  return server.url;
}

const standard = "/.well-known/oauth-authorization-server";

/** A server that publishes this, at the address of RFC 8414 for its path. */
function publish(members: (issuer: string) => object, path = "") {
  return serve(({ url, headers }, response) => {
    const issuer = `http://${headers.host}${path}`;
    if (url !== `${standard}${path}`) return void response.writeHead(404).end();
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ issuer, token_endpoint: `${issuer}/token`, ...members(issuer) }));
  });
}

describe("discover", () => {
  test("prints the settings of a server that we have not written, as they are deployed", async () => {
    const provider = await startForeignProvider([]);
    onTestFinished(provider.stop);
    const { issuer } = provider;
    const { exitCode, out } = await vend("discover", issuer);
    expect(exitCode).toBe(0);
    const realms = realmsIn(out);
    expect(realms.map((realm) => realm.provider)).toContain("authorization-code");
    expect(realms.at(-1)).toMatchObject({
      ...{ authorizeUrl: `${issuer}/auth`, tokenUrl: `${issuer}/token`, scopes: ["openid"] },
      ...{ issuer, jwksUrl: `${issuer}/jwks`, revokeUrl: `${issuer}/token/revocation` },
    });
    expect(out).toContain("nothing is discovered at run time");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const json = JSON.parse((await vend("discover", issuer, "--json")).out);
    expect(readRealms(json.realms).map(({ settings }) => settings)).toEqual(realms);
  });

  test("asks where RFC 8414 puts the metadata of an issuer with a path", async () => {
    const origin = await publish(
      () => ({
        grant_types_supported: ["client_credentials"],
        scopes_supported: ["read", "write"],
      }),
      "/tenant",
    );
    const { out } = await vend("discover", `${origin}/tenant`);
    expect(realmsIn(out)).toEqual([
      {
        ...{ provider: "client-credentials", environment: "127.0.0.1" },
        ...{ tokenUrl: `${origin}/tenant/token`, clientAuthentication: "basic" },
      },
    ]);
    expect(out).toContain("// scope: among read write");
    expect(out).toContain("// onIssue:");
  });

  test("leaves what a stranger writes no way out of a comment or a text", async () => {
    const bad = '*/\n"},{evil: 1},//\u2028\u202e';
    const origin = await publish((issuer) => ({
      grant_types_supported: ["client_credentials", bad],
      scopes_supported: [bad, "read", 5, { toString: bad }],
      token_endpoint_auth_methods_supported: [bad, "client_secret_post"],
      token_endpoint: `${issuer}/"],evil:1,x:["`,
    }));
    const { out } = await vend("discover", origin);
    expect(realmsIn(out)).toEqual([
      {
        ...{ provider: "client-credentials", environment: "127.0.0.1" },
        ...{ tokenUrl: `${origin}/"],evil:1,x:["`, clientAuthentication: "post" },
      },
    ]);
    expect(out).not.toMatch(/[\u2028\u202e]/);
  });
});

describe("a document that is not taken", () => {
  test.each<[string, RequestListener, RegExp]>([
    [
      "redirects",
      (_, response) => void response.writeHead(302, { location: "/else" }).end(),
      /redirects, which is not followed/,
    ],
    [
      "is of another issuer",
      json({ issuer: "https://other.example", token_endpoint: "https://other.example/t" }),
      /is of another issuer/,
    ],
    ["is no JSON", (_, response) => void response.end("<html>"), /no JSON object/],
    ["is no object", json([]), /no JSON object/],
    [
      "has ten megabytes",
      (_, response) => {
        response.setHeader("content-type", "application/json").end(" ".repeat(10_000_000));
      },
      /longer than 256 KB/,
    ],
    ["is missing", (_, response) => void response.writeHead(404).end(), /answers 404/],
  ])("%s", async (_, answer, reason) => {
    const issuer = await serve(answer);
    const { exitCode, out, notices } = await vend("discover", issuer);
    expect([exitCode, out]).toEqual([1, ""]);
    expect(notices.replaceAll(/\s+/g, " ")).toMatch(reason);
    expect(notices).toContain("Next: compare the issuer");
  });

  test("never comes", async () => {
    const issuer = await serve(() => {});
    await expect(readMetadata(new URL(issuer), 100)).rejects.toMatchObject({
      problem: { code: "no-metadata", detail: expect.stringContaining("no answer in time") },
    });
  });

  test.each([
    ["has a token endpoint without https", { token_endpoint: "http://10.0.0.1/token" }],
    ["has a login without https", { authorization_endpoint: "http://10.0.0.1/" }],
    [
      "has keys on this machine",
      { jwks_uri: "http://127.0.0.1/jwks", scopes_supported: ["openid"] },
    ],
    ["has an address that is none", { revocation_endpoint: 5 }],
    ["has no token endpoint", { token_endpoint: undefined }],
    ["has no grant of ours", { grant_types_supported: ["implicit"] }],
  ])("%s", (_, changes) => {
    const issuer = "https://a.example";
    const authorization_endpoint = `${issuer}/login`;
    const members = {
      issuer,
      authorization_endpoint,
      token_endpoint: `${issuer}/token`,
      ...changes,
    };
    expect(() => suggestRealms({ members, issuer, address: issuer })).toThrow(
      "no settings can be made",
    );
  });

  test.each(["http://a.example", "https://a.example?x=1", "https://u:p@a.example", "a.example"])(
    "is not asked for at %s",
    async (issuer) => {
      const { exitCode, notices } = await vend("discover", issuer);
      expect([exitCode, notices]).toEqual([2, expect.stringContaining("by its https address")]);
    },
  );
});

function json(value: unknown): RequestListener {
  return (_, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  };
}
