import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, inject, it, onTestFinished } from "vitest";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { unless } from "../support/unless.ts";

const root = path.join(import.meta.dirname, "..", "..");
const folder = path.join(root, "client/python");

const runs = (...args: string[]) => spawnSync("python3", args).status === 0;
const python = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  promisify(execFile)("/usr/bin/env", [
    ...Object.entries({
      PYTHONPATH: folder,
      MYPYPATH: folder,
      PYTHONDONTWRITEBYTECODE: "1",
      ...env,
    }).map(([name, value]) => `${name}=${value}`),
    "python3",
    ...args,
  ]);

const hasPython = runs("--version");
const hasMypy = runs("-m", "mypy", "--version");
/** Since 1.31 it reads the addresses of services from the environment. */
const hasBotocore = runs(
  "-c",
  "import botocore; assert tuple(map(int, botocore.__version__.split('.')[:2])) >= (1, 31)",
);

it.skipIf(!hasPython)(
  `the Python client keeps the promises of its own${unless(hasPython, "Python 3")}`,
  async () => {
    const { stderr } = await python([path.join(import.meta.dirname, "test_token_vending.py")]);
    expect(stderr).toMatch(/^Ran \d\d tests.*^OK$/ms);
  },
);

it.skipIf(!hasMypy)(
  `the Python client is typed, and so are its users${unless(hasMypy, "mypy")}`,
  async () => {
    const files = ["client/python/token_vending.py", "test/client/test_token_vending.py"];
    const strict = ["--strict", "--python-version=3.10", "--cache-dir=/dev/null"];
    const { stdout } = await python([
      "-m",
      "mypy",
      ...strict,
      ...files.map((file) => path.join(root, file)),
    ]);
    expect(stdout).toMatch(/^Success/);
  },
);

/** The page's examples, one after the other, as one program. */
const examples = [
  ...readFileSync(path.join(root, "docs/other-languages.md"), "utf8").matchAll(
    /^```python\n(.*?)^```$/gms,
  ),
].map(([, code = ""]) => code);

const callExamples = `
import json, sys

class Context:
    def get_remaining_time_in_millis(self):
        return 20_000

conferma_url, send_url = sys.argv[1:]
handled = handler({"url": conferma_url}, Context())["status"]
first = conferma.vend().version
renewed = conferma.reject(first).version
print(json.dumps([handled, renewed - first, ping(conferma_url), send.fetch(send_url).status]))
`;

it.skipIf(!hasBotocore)(
  `the page's Python works against the whole system${unless(hasBotocore, "botocore 1.31")}`,
  async () => {
    expect(examples).toHaveLength(3);
    expect(examples[0]?.trim().split("\n").filter(Boolean).length).toBeLessThanOrEqual(10);

    const stack = await startTestStack();
    const realmOf = (provider: string) =>
      stack.providers.realms.find(({ settings }) => settings.provider === provider) ??
      expect.fail(`no realm of ${provider}`);
    const { accessKeyId, secretAccessKey, sessionToken } = stack.identities.consumer.keys;
    const { stdout } = await python(
      [
        "-c",
        [...examples, callExamples].join("\n"),
        realmOf("conferma").pingUrl,
        realmOf("send-payments").pingUrl,
      ],
      {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        ...(sessionToken ? { AWS_SESSION_TOKEN: sessionToken } : {}),
        AWS_REGION: LOCAL_LOCATION.region,
        AWS_DEFAULT_REGION: LOCAL_LOCATION.region,
        AWS_ENDPOINT_URL_LAMBDA: stack.lambda.url,
        TOKEN_VENDING_URL: stack.http.url,
        VEND_CONFERMA: stack.functionOf(realmOf("conferma")).name,
      },
    );
    expect(JSON.parse(stdout)).toEqual([200, 1, 200, 200]);
  },
);

async function startTestStack(): Promise<LocalStack> {
  const data = mkdtempSync(path.join(tmpdir(), "token-vending-python-"));
  const stack = await startStack({ folder: data, bundled: inject("bundlesFolder") });
  onTestFinished(async () => {
    await stack.stop();
    rmSync(data, { recursive: true });
  });
  return stack;
}
