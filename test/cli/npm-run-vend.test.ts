import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { findFunctionName } from "../../cli/deployed-functions.ts";
import type { ConsentLink } from "../../functions/http/link-contract.ts";
import type { ConnectionPage } from "../../functions/http/status-contract.ts";
import { needsConsent } from "../../functions/providers/catalogue.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import packageJson from "../../package.json" with { type: "json" };
import { aWindow, consentInBrowser } from "../support/consent-in-browser.ts";

const root = path.join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(path.join(tmpdir(), "token-vending-cli-"));
let stack: LocalStack;

beforeAll(async () => {
  stack = await startStack({ folder, bundled: inject("bundlesFolder") });
});

afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

/** Runs `npm run vend -- …` against the local stack. */
async function vend(args: readonly string[], typed = "") {
  const child = startVend(args);
  child.stdin.end(typed);
  const [out, notices, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode, out, notices };
}

function startVend(args: readonly string[], lambdaUrl = stack.lambda.url) {
  const { accessKeyId, secretAccessKey } = stack.identities.operator.keys;
  const [, file = ""] = packageJson.scripts.vend.split(" ");
  return spawn(process.execPath, [path.join(root, file), ...args], {
    env: {
      AWS_ENDPOINT_URL_LAMBDA: lambdaUrl,
      AWS_ENDPOINT_URL_DYNAMODB: stack.dynamoDb.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager.url,
      AWS_REGION: LOCAL_LOCATION.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      NODE_COMPILE_CACHE: getCompileCacheDir(),
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

test("an operator vends, reports a rejection and vends again", async () => {
  const connection = "conferma/sandbox/default";
  const first = await vend(["vend", connection, "--json"]);
  expect(first).toMatchObject({ exitCode: 0, notices: "" });
  const { version, fingerprint } = JSON.parse(first.out);
  const again = await vend(["reject", connection, String(version), "--json"]);
  expect(JSON.parse(again.out)).toMatchObject({ connection, version: version + 1 });
  expect(again.out).not.toContain(fingerprint);
  const tooHigh = await vend(["reject", connection, "99"]);
  expect(tooHigh).toMatchObject({ exitCode: 1, out: "" });
  expect(tooHigh.notices).toContain("99 does not exist yet");
});

test.each([
  ["a connection", "cfis/staging/default"],
  ["a realm", "cfis/staging"],
])("an operator freezes and thaws %s", async (_, target) => {
  const connection = "cfis/staging/default";
  await vend(["vend", connection]);
  const frozen = await vend(["freeze", target, "--reason", "The key has leaked.", "--json"]);
  expect(frozen).toMatchObject({ exitCode: 0, notices: "" });
  const by = `access key ${stack.identities.operator.keys.accessKeyId}`;
  const freeze = { by, reason: "The key has leaked." };
  expect(JSON.parse(frozen.out)).toMatchObject({ target, frozen: freeze });

  const again = await vend(["freeze", target, "--reason", "Again."]);
  expect(again.out).toMatch(/^\S+ was frozen already, by access key .*: The key has leaked\.\n$/);

  await stack.host.stopIdle();
  const refused = await vend(["vend", connection, "--json"]);
  expect(refused.exitCode).toBe(1);
  const { problem } = JSON.parse(refused.out);
  expect(problem).toMatchObject({ code: "frozen", status: 409, retryable: false });
  expect(problem.detail).toContain(`Frozen by ${by} at `);
  const status = JSON.parse((await vend(["status", "cfis/staging", "--json"])).out);
  expect(status.connections).toEqual([
    expect.objectContaining({
      connection,
      state: "frozen",
      frozen: expect.objectContaining(freeze),
    }),
  ]);

  const thawed = await vend(["thaw", target, "--reason", "Rotated."]);
  expect(thawed.out).toContain(`${target} is thawed. It had been frozen by ${by}`);
  await stack.host.stopIdle();
  expect(await vend(["vend", connection])).toMatchObject({ exitCode: 0, notices: "" });
});

test.each([
  ["without a reason", ["freeze", "cfis/staging"], 2, "Say why"],
  ["with a reason of two lines", ["freeze", "cfis/staging", "--reason", "a\nb"], 2, "one line"],
  ["of a realm that is not there", ["freeze", "cfis/stagong", "--reason", "x"], 1, "unknown"],
  [
    "in a table that is not there",
    ["thaw", "cfis/staging", "--reason", "x", "--table", "no-such-table"],
    1,
    "no-table",
  ],
])("a freeze %s changes nothing and says what to do", async (_, args, exitCode, says) => {
  const ended = await vend(args);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.notices).toContain(says);
});

test("an operator sees every requested connection, and no token", async () => {
  const vended = await vend(["vend", "send-payments/sandbox/default", "--show-token", "--json"]);
  const { token, version } = JSON.parse(vended.out);
  const { exitCode, out } = await vend(["status", "--json"]);
  expect(exitCode).toBe(0);
  const { connections } = JSON.parse(out) as ConnectionPage;
  expect(connections).toContainEqual(
    expect.objectContaining({
      connection: "send-payments/sandbox/default",
      state: "usable",
      version,
      lastIssue: expect.objectContaining({ reason: "cold" }),
    }),
  );
  expect(out).not.toContain(token);
  const unknown = await vend(["status", "conferma/elsewhere"]);
  expect(unknown).toMatchObject({
    exitCode: 1,
    notices: expect.stringContaining("conferma/sandbox"),
  });
});

test("an operator creates a consent link, pastes a code that is refused, and disconnects", async () => {
  const connection = "connectpay/stage/jo";
  const begun = await vend(["consent", connection, "--json"]);
  expect(begun).toMatchObject({ exitCode: 0, notices: "" });
  expect(JSON.parse(begun.out).url).toMatch(
    /^https?:\/\/.+\/consent\/connectpay\/stage\/[\w-]{43}$/,
  );

  const pasted = await vend(["paste-code", connection], "canary-code\n");
  expect(pasted).toMatchObject({ exitCode: 1, out: "" });
  expect(pasted.notices).toMatch(/docs\/operations\.md#/);
  expect(pasted.notices).not.toContain("canary-code");

  const unconsented = await vend(["vend", connection]);
  expect(unconsented.notices).toContain(`npm run vend -- consent ${connection}`);
  const ended = await vend(["disconnect", connection, "--yes", "--json"]);
  expect([ended.exitCode, ended.out || ended.notices]).toEqual([
    0,
    expect.stringContaining(connection),
  ]);
});

describe("an operator who waits for a person", () => {
  const connection = "connectpay/stage/ann";

  /** The command, from when it has shown the link. */
  async function waiting() {
    const child = startVend(["consent", connection, "--wait", "--json"]);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const { url, id } = JSON.parse((await lines.next()).value ?? "") as ConsentLink;
    return { child, url, id, next: async () => JSON.parse((await lines.next()).value ?? "") };
  }

  test("leaves the link to them with Ctrl-C", async () => {
    const { child, url } = await waiting();
    child.kill("SIGINT");
    expect(await once(child, "close")).toEqual([null, "SIGINT"]);
    expect((await aWindow().go(url)).status).toBe(200);
  });

  test("is told when they have consented", async () => {
    const { child, url, id, next } = await waiting();
    const closed = once(child, "close");
    const isConnectPay = ({ settings }: LocalRealm) => settings.provider === "connectpay";
    const { user } = stack.providers.realms.find(isConnectPay) ?? expect.fail("no connectpay");
    await consentInBrowser(url, user ?? expect.fail("nobody to ask"));
    expect(await next()).toEqual({ connection, id, state: "granted" });
    expect(await closed).toEqual([0, null]);
  });
});

test("an operator pipes a secret in, which appears nowhere, and goes back to the one before", async () => {
  const connection = "conferma/sandbox/default";
  const canary = "canary-9c1f";
  const value = { clientId: canary, clientSecret: canary, platformKey: canary };
  const put = await vend(["secret", "put", connection], JSON.stringify(value));
  expect(put).toMatchObject({ exitCode: 0, notices: "" });
  const wrong = await vend(["secret", "put", connection], `{"clientId":"${canary}`);
  expect(wrong).toMatchObject({ exitCode: 1, out: "" });
  const undone = await vend(["secret", "put", connection, "--undo"]);
  expect(undone).toMatchObject({ exitCode: 0, notices: "" });
  const checked = await vend(["secret", "check", connection]);
  expect(checked.exitCode).toBe(0);
  for (const { out, notices } of [put, wrong, undone, checked]) {
    expect(out + notices).not.toContain(canary);
  }
});

test("every realm of the template is found by its function's description", () => {
  const described = stack.host.functions.map(({ name, description = "" }) => ({
    name,
    description,
  }));
  for (const realm of stack.providers.realms) {
    const name = `${realm.settings.provider}/${realm.settings.environment}`;
    expect(findFunctionName(described, "vend-token", name)).toBe(stack.functionOf(realm).name);
    const isAsked = needsConsent(realm.settings.provider);
    for (const part of isAsked ? (["begin-consent", "complete-consent"] as const) : []) {
      expect(findFunctionName(described, part, name)).toMatch(/./);
    }
  }
});

test("Ctrl-C ends a watch with exit code 0, and a pipe gets a line each time", async () => {
  const child = startVend(["status", "--watch", "--interval", "1", "--json"]);
  const lines: string[] = [];
  const ended = once(child, "close");
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (lines.length === 2) child.kill("SIGINT");
  }
  expect(await ended).toEqual([0, null]);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty("connections");
});

test("Ctrl-C ends a watch that waits for an answer, too", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const asked = once(silent, "connection");
  const { port } = silent.address() as AddressInfo;
  const child = startVend(["status", "--watch"], `http://127.0.0.1:${port}`);
  const ended = once(child, "close");
  const [socket] = await asked;
  child.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  socket.destroy();
  silent.close();
});

test("whoever has read enough of the answer sees no error", async () => {
  const child = startVend(["status", "--watch", "--interval", "1", "--json"]);
  const notices = text(child.stderr);
  const ended = once(child, "close");
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await ended).toEqual([0, null]);
  expect(await notices).toBe("");
});
