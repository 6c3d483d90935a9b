import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv, promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { createSecretSeeder } from "../../../local/secret-seeder.ts";
import { signedFetch } from "../../../local/signed-fetch.ts";
import { defaultUser } from "../../../local/simulators/oauth/users.ts";
import { consentInBrowser } from "../../support/consent-in-browser.ts";
import { until } from "../../support/stack-answers.ts";

const root = path.join(import.meta.dirname, "../../..");

const file = `
  import type { RealmEntry } from "${path.join(root, "infra/realm-list.ts")}";
  import { readyRealms } from "${path.join(root, "infra/ready-realms.ts")}";
  export const realms: readonly RealmEntry[] = [
    {
      provider: "client-credentials",
      environment: "bank",
      tokenUrl: "https://login.bank.example/v1/token",
      clientAuthentication: "private_key_jwt",
      requestFormat: "json",
      extraHeaders: { "X-Channel": "api" },
      answer: {
        accessToken: "data.token",
        lifetime: { member: "data.minutes", unit: "minutes" },
        error: "problem.code",
        refusal: { codes: ["NOT_YOU"] },
      },
    },
    {
      provider: "client-credentials",
      environment: "visa",
      tokenUrl: "https://visa.example/token",
      clientAuthentication: "tls",
      accounts: ["default", "second"],
    },
    {
      provider: "authorization-code",
      environment: "books",
      authorizeUrl: "https://login.books.example/authorize",
      tokenUrl: "https://login.books.example/token",
      revokeUrl: "https://login.books.example/revoke",
      pushedAuthorizationUrl: "https://login.books.example/par",
      scopes: ["ledger.read", "offline_access"],
    },
    {
      provider: "conferma",
      environment: "sandbox",
      tokenUrl: "https://conferma.example/token",
      extraHeaders: { "X-Channel": "api" },
    },
    readyRealms.googleServiceAccount({ environment: "google", scopes: ["https://mail.google.com/"] }),
    readyRealms.salesforce({
      environment: "salesforce",
      myDomain: "acme.my.salesforce.com",
      sessionSeconds: 900,
    }),
    readyRealms.paypal({ environment: "sandbox" }),
  ];
`;

const ready = ["google", "salesforce", "paypal-sandbox"].map(
  (name) => `client-credentials/${name}`,
);

function aFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-declared-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** About ten seconds of work, on a machine that may be busy. */
const patienceMs = 150_000;

test("a file's realms, ready ones too, are vended from over API and command line, refused and consented to, and nothing but this machine is asked", async () => {
  const folder = path.join(aFolder(), "data");
  const realms = path.join(path.dirname(folder), "realms.ts");
  writeFileSync(realms, file);
  const args = ["--realms", realms, "--folder", folder, "--ports", "0"];
  const child = spawn(process.execPath, [path.join(root, "local/server.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      printed += String(text);
    });
  }
  await until("it says how to stop it", () => printed.includes("Ctrl-C"), patienceMs);
  expect(printed).toMatch(
    /client-credentials\/bank +http:\S+\n +plays https:\/\/login\.bank\.example\/v1\/token\n/,
  );
  expect(printed).toContain("  conferma/sandbox: extraHeaders\n");
  expect(printed).not.toContain("  client-credentials/bank: ");
  expect(printed).toMatch(/client-credentials\/bank\/default .* 200 accepted/);
  expect(printed).toMatch(/client-credentials\/visa\/default .* 200 accepted/);
  for (const realm of ["conferma/sandbox", ...ready])
    expect(printed).toMatch(new RegExp(`${realm}/default .* 200 accepted`));
  expect(printed).toMatch(/authorization-code\/books\/default .* needs consent/);
  expect(settingsOf(folder).length).toBeGreaterThanOrEqual(3);
  expect(
    settingsOf(folder).filter((settings) =>
      /\.example|oauth2|my\.sales|paypal\.com/.test(settings),
    ),
  ).toEqual([]);

  const variables = parseEnv(readFileSync(path.join(folder, ".env"), "utf8"));
  const { TOKEN_VENDING_URL: api = "", AWS_REGION: region = "" } = variables;
  const keys = {
    accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  const get = async (address: string) => (await signedFetch(keys, `${api}/v1/${address}`)).json();
  const vend = async (...words: string[]) => {
    const program = path.join(root, "cli/vend.ts");
    const env = { ...variables, NO_COLOR: "1" };
    const run = promisify(execFile)(process.execPath, [program, ...words], { env });
    return (await run.catch((error: { stdout: string }) => error)).stdout;
  };
  expect(await get("tokens/client-credentials/bank/default")).toMatchObject({
    version: 1,
    extraHeaders: { "X-Channel": "api" },
  });
  expect(await get("tokens/client-credentials/visa/second")).toMatchObject({ version: 1 });
  expect(await vend("vend", "client-credentials/bank/default")).toContain("version");
  expect(await vend("status")).toMatch(/client-credentials\/bank\/default/);
  expect(await vend("doctor")).toMatch(/^0 errors, 1 warning,/m);

  const [link = ""] = /http:\/\/localhost:\d+\/consent\/authorization-code\S+/.exec(printed) ?? [];
  await consentInBrowser(link, defaultUser);
  expect(await get("tokens/authorization-code/books/default")).toMatchObject({ version: 1 });

  // A client that the server does not know, with the key of one that it knows.
  const endpoint = variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] ?? "";
  const seeder = createSecretSeeder(endpoint, region, keys);
  const bank = "token-vending/client-credentials/bank";
  const own = await seeder.getOrGenerate<object>(`${bank}/default`, () => ({}));
  await seeder.add(`${bank}/unknown`, { ...own, clientId: "another" });
  expect(await get("tokens/client-credentials/bank/unknown")).toMatchObject({
    code: "credentials-rejected",
  });

  child.kill("SIGINT");
  expect(await ended).toEqual([0, null]);

  // The next run's server knows nothing of this one's token, and is asked for the first of its own.
  writeFileSync(realms, file.replace(/\[\n.*(?= +readyRealms\.paypal)/s, "["));
  const next = [path.join(root, "local/server.ts"), ...args, "--once"];
  const { stdout } = await promisify(execFile)(process.execPath, next);
  expect(stdout.match(/^ +client-credentials.*default.*/gm)).toEqual([
    expect.stringMatching(/paypal-sandbox\/default +1 .* 1 +200 accepted$/),
  ]);
});

/** The variables `REALM` of the templates' functions. */
function settingsOf(folder: string): string[] {
  const assembly = path.join(folder, "cdk.out");
  return readdirSync(assembly)
    .filter((name) => name.endsWith(".template.json"))
    .flatMap((name) => {
      const text = readFileSync(path.join(assembly, name), "utf8");
      return [...text.matchAll(/"REALM": ("(?:[^"\\]|\\.)*")/g)].map(([, json = ""]) =>
        String(JSON.parse(json)),
      );
    });
}
