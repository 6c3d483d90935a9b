import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { App } from "aws-cdk-lib";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { ConsumerStack } from "../../infra/examples/consumer-stack.ts";
import { TokenVending } from "../../infra/token-vending.ts";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import { oneOfEachKind } from "./example-realms.ts";
import type { RawTemplate, Statement } from "./synthesized.ts";
import { resourcesIn } from "./synthesized.ts";

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), "token-vending-example-"));
/** The local stack bundles what it deploys. */
const bundlesFolder = path.join(folder, "functions");
let stack: LocalStack;

beforeAll(async () => {
  stack = await startStack({ folder, bundled: inject("bundlesFolder") });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a consumer may vend from its realm, write its log and traces, and nothing else", () => {
  const app = new App({
    outdir: path.join(folder, "cdk.out"),
    builtinCloudFormationValidation: false,
  });
  const vending = new TokenVending(app, { realms: oneOfEachKind, bundlesFolder });
  const props = { vending, bundlesFolder, confermaApi: "https://conferma.example" };
  new ConsumerStack(app, "Example", props);
  const template: RawTemplate = app.synth().getStackByName("Example").template;

  const statements = resourcesIn(template, "AWS::IAM::Policy").flatMap(
    ([, { Properties }]): Statement[] => Object(Properties["PolicyDocument"]).Statement,
  );
  const granted = statements.map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
  expect(granted).toEqual([
    [["xray:PutTraceSegments", "xray:PutTelemetryRecords"], '"*"'],
    [["logs:CreateLogStream", "logs:PutLogEvents"], expect.stringContaining("CallConfermaLog")],
    [
      "lambda:InvokeFunction",
      expect.stringMatching(/:function:token-vending-conferma-sandbox"\]\]\},.*-sandbox:live"/),
    ],
  ]);
  // By name: no export, so that neither stack blocks a change of the other.
  expect(JSON.stringify(template)).not.toContain("ImportValue");
});

test("calls the provider with the token that it was vended", async () => {
  const conferma = stack.providers.realms.find(({ settings }) => settings.provider === "conferma");
  if (!conferma) throw new Error("There is no Conferma here.");
  const { keys } = stack.identities.consumer;
  const script = `
    const { handler } = await import(${JSON.stringify(path.join(bundlesFolder, "call-conferma", "index.mjs"))});
    const answer = await handler({}, { getRemainingTimeInMillis: () => 20_000 });
    console.log(JSON.stringify(answer));
  `;
  const { stdout } = await run(execPath, ["--input-type=module", "--eval", script], {
    env: {
      AWS_REGION: LOCAL_LOCATION.region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_ENDPOINT_URL_LAMBDA: stack.lambda.url,
      VEND_CONFERMA: stack.functionOf(conferma).name,
      CONFERMA_API: conferma.pingUrl,
    },
  });
  expect(JSON.parse(stdout)).toEqual({ status: 200 });
});
