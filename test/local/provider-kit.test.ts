import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { readKitOptions } from "../../local/provider-kit/kit-options.ts";
import { faultKinds } from "../../local/simulators/kit/faults.ts";
import { WrongOption } from "../../local/start-options.ts";

const root = path.join(import.meta.dirname, "../..");
const kit = path.join(root, "local/provider-kit/provider-kit.ts");
const page = readFileSync(path.join(root, "docs/provider-kit.md"), "utf8");

/** Runs a script of somebody's, with the providers; returns what it has printed as JSON, and the exit code. */
async function withProviders(script: string, ...options: string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), "provider-kit-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "script.mjs");
  writeFileSync(file, script);
  const args = [kit, ...options, "--", process.execPath, file];
  const run = promisify(execFile)(process.execPath, args).catch((error: unknown) => error);
  const { stdout, stderr, code = 0 } = Object(await run);
  expect(stderr).toBe("");
  return { printed: JSON.parse(stdout), code };
}

const read = `
  import { readFileSync } from "node:fs";
  const file = process.env.TOKEN_VENDING_PROVIDERS;
  const { realms } = JSON.parse(readFileSync(file, "utf8"));
  const control = async ({ controlUrl }, method, path, body) => {
    const response = await fetch(controlUrl + path, { method, body: body && JSON.stringify(body) });
    return response.status === 204 ? null : response.json();
  };
  const requestToken = async ({ settings, secret }) => {
    const authorization = "Basic " + Buffer.from(secret.clientId + ":" + secret.clientSecret).toString("base64");
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: secret.platformKey });
    const response = await fetch(settings.tokenUrl, { method: "POST", headers: { authorization }, body });
    return response.ok ? (await response.json()).access_token : response.status;
  };
  const isAlive = async ({ apiUrl }, token) =>
    (await fetch(apiUrl, { headers: { authorization: "Bearer " + token } })).status;
`;

describe("a command that is run with the providers", () => {
  test("sees old tokens revoked, faults of its choice, and what happened", async () => {
    const { printed, code } = await withProviders(`${read}
      const conferma = realms["conferma/sandbox"];
      const old = await requestToken(conferma);
      const before = await isAlive(conferma, old);
      await control(conferma, "POST", "/__faults", { kind: "throttle", afterIssuing: true });
      const throttled = await requestToken(conferma);
      const after = await isAlive(conferma, old);
      const { issues } = await control(conferma, "GET", "/__counters");
      const kinds = (await control(conferma, "GET", "/__journal")).map(({ kind }) => kind);
      console.log(JSON.stringify({ before, throttled, after, issues, kinds, file }));
      process.exitCode = 7;
    `);
    expect(printed).toMatchObject({ before: 200, throttled: 429, after: 401, issues: 2 });
    expect(printed.kinds).toEqual(expect.arrayContaining(["issue", "use", "refuse-use", "fault"]));
    expect(code).toBe(7);
    expect(existsSync(printed.file)).toBe(false);
  });

  test("makes refresh tokens live on after rotation, and both servers of one provider fail", async () => {
    const { printed } = await withProviders(
      `${read}
      const acme = realms["authorization-code/acme"];
      const settings = await control(acme, "PATCH", "/__settings", { refresh: { graceMs: 1000 } });
      const refused = await control(realms["conferma/sandbox"], "PATCH", "/__settings", { refresh: {} });
      const connectPay = realms["connectpay/stage"];
      const fault = { status: 503, kind: "respond" };
      const routes = ["token", "authorize", "nowhere"];
      const added = await Promise.all(
        routes.map((route) => control(connectPay, "POST", "/__faults", { ...fault, route })),
      );
      const authorized = await fetch(connectPay.settings.authorizeUrl);
      const { user, secret } = connectPay;
      console.log(JSON.stringify({ settings, refused, added, status: authorized.status, user, secret }));
    `,
      ...["--lifetime", "60", "--redirect", "http://localhost:3000/back"],
    );
    expect(printed.settings).toMatchObject({
      lifetimeMs: 60_000,
      refresh: { rotation: "rotate", graceMs: 1000 },
    });
    expect(printed.refused.message).toContain("no refresh tokens");
    expect(printed.added).toEqual([null, null, { message: expect.stringContaining("nowhere") }]);
    expect(printed.status).toBe(503);
    expect(printed.user).toEqual({ login: expect.any(String), password: expect.any(String) });
    expect(printed.secret.tlsCertificateChain).toContain("BEGIN CERTIFICATE");
  });
});

describe("npm run providers", () => {
  test.each([
    [["--port", "1"], "Unknown option '--port'"],
    [["--ports", "http"], "http is not a port"],
    [["--lifetime", "-1"], "'--lifetime' argument is ambiguous"],
    [["--lifetime", "long"], "long is not a number of seconds"],
    [["--redirect", "back"], "back is not an address"],
  ])("refuses %j in one line that names the help", (args, problem) => {
    const parse = () => readKitOptions(args);
    expect(parse).toThrow(WrongOption);
    expect(parse).toThrow(problem);
    expect(parse).toThrow(/^[^\n]* See npm run providers -- --help\.$/);
  });

  test("says which program there is not", async () => {
    const run = promisify(execFile)(process.execPath, [kit, "--", "no-such-program"]);
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: "There is no program no-such-program.\n",
    });
  });

  test("leaves the options after -- to the command", () => {
    const { command, firstPort } = readKitOptions(["--ports", "9800", "--", "x", "--ports", "1"]);
    expect({ command, firstPort }).toEqual({ command: ["x", "--ports", "1"], firstPort: 9800 });
  });

  test("has a page that names every fault that can be asked for over HTTP", () => {
    const [, table = ""] = page.split("A fault has a `kind`");
    const documented = [...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, kind]) => kind);
    // A function cannot be sent.
    expect(documented.toSorted()).toEqual(
      faultKinds.filter((kind) => kind !== "override-body").toSorted(),
    );
  });
});
