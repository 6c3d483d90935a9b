import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { localRequester } from "../../local/consent-providers.ts";
import { defaultUser } from "../../local/simulators/oauth/users.ts";
import { createVendClient } from "../../local/vend-client.ts";
import { aWindow, consentInBrowser } from "../support/consent-in-browser.ts";
import { until } from "../support/stack-answers.ts";

const server = fileURLToPath(new URL("../../local/server.ts", import.meta.url));

/** Nobody listens there: whatever asked this proxy would fail. */
const proxy = "http://127.0.0.1:9";
const proxies = {
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  ALL_PROXY: proxy,
  NODE_USE_ENV_PROXY: "1",
};

function start(folder: string, ...options: string[]) {
  const args = [server, "--folder", folder, "--ports", "0", ...options];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...proxies },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (text) => {
      printed[stream] += String(text);
    });
  }
  return { child, printed, ended: once(child, "close") };
}

async function run(folder: string, ...options: string[]): Promise<string> {
  const { printed, ended } = start(folder, ...options);
  const [code] = await ended;
  expect(printed.stderr).toBe("");
  expect(code).toBe(0);
  expect(processesNaming(folder)).toEqual([]);
  return printed.stdout;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-start-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** All processes of this folder: their code or data is in it. */
function processesNaming(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => mentions(pid, folder));
}

function mentions(pid: string, folder: string): boolean {
  try {
    return ["cmdline", "environ"].some((file) =>
      readFileSync(`/proc/${pid}/${file}`, "utf8").includes(folder),
    );
  } catch {
    return false;
  }
}

/** About ten seconds of work, on a machine that may be busy. */
const patienceMs = 150_000;

const variablesIn = (folder: string) =>
  parseEnv(readFileSync(path.join(folder, ".env"), "utf8")) as Record<string, string>;

const rowsOf = (stdout: string) =>
  stdout.split("\n").filter((line) => /^ {2}[a-z-]+\/[a-z]+\/default/.test(line));

const eventsIn = (stdout: string) => stdout.split("\n").filter((line) => line.startsWith("event "));

const saysOf = (row: string) =>
  row
    .trim()
    .split(/\s{2,}/)
    .at(-1) ?? "";
const says = [...Array(7).fill("200 accepted"), ...Array(3).fill("needs consent")];

it("npm start vends once from each of ten connections, three of which wait for a person; a printed link leads to a token, a second start says where it runs, Ctrl-C stops everything, and a restart counts on", async () => {
  const folder = temporaryFolder();
  const { child, printed, ended } = start(folder, "--fresh");
  await until("it says how to stop it", () => printed.stdout.includes("Ctrl-C"), patienceMs);
  expect(rowsOf(printed.stdout)).toHaveLength(10);
  expect(rowsOf(printed.stdout).map(saysOf)).toEqual(says);
  expect(printed.stdout).not.toMatch(/local-secret-|local-key-|simulated-/);
  const tooWide = printed.stdout.split("\n").filter((line) => line.length > 80);
  expect(tooWide.filter((line) => !/^ +http:\S+$/.test(line))).toEqual([]);

  const [link = ""] = /http:\/\/localhost:\d+\/consent\/connectpay\S+/.exec(printed.stdout) ?? [];
  expect((await aWindow().read(link)).html).toContain(localRequester);
  await consentInBrowser(link, defaultUser);
  await until(
    "it shows what is vended now",
    () => /connectpay\/stage\/default +1 .* 200 accepted/.test(printed.stdout),
    patienceMs,
  );
  expect(eventsIn(printed.stdout)).toEqual(["event  consent-granted  connectpay/stage/default"]);
  expect(processesNaming(folder).length).toBeGreaterThan(1);

  const second = start(folder);
  expect(await second.ended).toEqual([3, null]);
  const { AWS_ENDPOINT_URL_LAMBDA: endpoint = "", ...variables } = variablesIn(folder);
  expect(second.printed.stderr).toContain(`as process ${child.pid}, since 20`);
  expect(second.printed.stderr).toContain(variables["TOKEN_VENDING_URL"]);
  expect(statSync(path.join(folder, ".env")).mode & 0o077).toBe(0);
  const client = createVendClient(endpoint, {
    accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "",
  });
  expect(await client.vend(variables["VEND_CONFERMA_SANDBOX"] ?? "")).toMatchObject({ version: 1 });
  client.close();

  child.kill("SIGINT");
  const [code] = await ended;
  expect(existsSync(path.join(folder, ".env"))).toBe(false);
  expect(existsSync(path.join(folder, "running.json"))).toBe(false);
  expect(code).toBe(0);
  expect(printed.stderr).toBe("");
  expect(processesNaming(folder)).toEqual([]);

  const stdout = await run(folder, "--once");
  // Its simulator has forgotten the consent too; what was there before the restart is known.
  expect(eventsIn(stdout)).toEqual(["event  consent-ended  connectpay/stage/default"]);
  const versions = Object.fromEntries(
    rowsOf(stdout).map((row) =>
      row
        .trim()
        .split(/\s{2,}/)
        .slice(0, 2),
    ),
  );
  // Static keys are still valid; a restarted simulator has forgotten its tokens, so they are rejected.
  expect(versions).toEqual({
    "conferma/sandbox/default": "2",
    "send-payments/sandbox/default": "2",
    "client-credentials/acme/default": "2",
    "cfis/staging/default": "1",
    "cfis-provisioning/staging/default": "1",
    "centrapay-api-key/test/default": "1",
    "static-key/acme/default": "1",
    "centrapay-user/test/default": "–",
    "connectpay/stage/default": "–",
    "authorization-code/acme/default": "–",
  });
  expect(rowsOf(stdout).map((row) => saysOf(row).replace("200 after 401", "200 accepted"))).toEqual(
    says,
  );
});
