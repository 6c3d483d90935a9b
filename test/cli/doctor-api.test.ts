import { createServer } from "node:http";
import * as ssm from "@aws-sdk/client-ssm";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { examineApi } from "../../cli/doctor/examine-api.ts";
import { AwsError } from "../../local/aws/json-protocol/aws-json.ts";
import { startAwsJsonServer } from "../../local/aws/json-protocol/aws-json-server.ts";
import { listen } from "../../local/aws/listen.ts";

const realm = "cfis/live";
const parameter = "/acme-tokens/realms/cfis/live/api";
const vending = {
  ...({ kind: "vend-token", realm, label: "", codeHash: "" } as const),
  environment: { SECRET_PREFIX: "acme-tokens/cfis/live/" },
};

beforeEach(() => {
  for (const [name, value] of Object.entries({
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
    AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:1",
  }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** Systems Manager with the parameter, if it has a value. */
async function publish(value: string | AwsError) {
  const asked: unknown[] = [];
  const errors = {
    throttle: new AwsError("ThrottlingException", ""),
    fail: new AwsError("InternalServerError", ""),
  };
  const server = await startAwsJsonServer({
    ...{ sdkClient: ssm, targetPrefix: "AmazonSSM", signingName: "ssm", errors },
    operations: {
      GetParameter: ({ Name }: ssm.GetParameterCommandInput) => {
        asked.push(Name);
        if (value instanceof AwsError) throw value;
        return { Parameter: { Name, Value: value } };
      },
    },
  });
  onTestFinished(server.stop);
  vi.stubEnv("AWS_ENDPOINT_URL_SSM", server.url);
  return asked;
}

/** An API that answers so. */
async function anApi(status: number, errorType = "") {
  const requests: string[] = [];
  const api = await listen(
    createServer(({ url = "", headers }, response) => {
      requests.push(`${url} ${headers.authorization ?? "unsigned"}`);
      response.writeHead(status, { "x-amzn-ErrorType": errorType, location: "/" }).end("{}");
    }),
  );
  onTestFinished(api.stop);
  return { url: `${api.url}/live/`, requests };
}

test.each([200, 302, 403, 404])("an API that answers %i answers", async (status) => {
  const { url, requests } = await anApi(status, "MissingAuthenticationTokenException");
  const asked = await publish(url);
  expect(await examineApi(vending)).toMatchObject([
    { severity: "fine", about: "the API", found: expect.stringMatching(/ answers$/) },
  ]);
  expect([asked, requests]).toEqual([[parameter], ["/live/v1/connections unsigned"]]);
});

test("an API that fails is an error, with the next step", async () => {
  await publish((await anApi(500)).url);
  expect(await examineApi(vending)).toMatchObject([
    {
      severity: "error",
      found: expect.stringContaining("answers 500"),
      next: expect.stringContaining("docs/"),
    },
  ]);
});

test("an API that is for its own network is none of the operator's trouble", async () => {
  await publish((await anApi(403, "ForbiddenException")).url);
  expect(await examineApi(vending)).toMatchObject([
    {
      severity: "fine",
      found: expect.stringMatching(/^not from here: .*a private API is for its network only$/),
    },
  ]);
  const gone = await listen(createServer());
  await gone.stop();
  await publish(`${gone.url}/live/`);
  expect(await examineApi(vending)).toMatchObject([
    {
      severity: "fine",
      found: expect.stringMatching(/^not from here: .*does not answer \(ECONN.*network only$/),
    },
  ]);
});

test("a deployment without an API has none that could be wrong", async () => {
  await publish(new AwsError("ParameterNotFound", ""));
  expect(await examineApi(vending)).toEqual([]);
  expect(await examineApi({ ...vending, environment: {} })).toEqual([]);
});

test("what is published and no address is an error", async () => {
  await publish("none");
  expect(await examineApi(vending)).toMatchObject([
    { severity: "error", next: expect.any(String) },
  ]);
});

test("a missing permission is named, with the parameter", async () => {
  await publish(new AwsError("AccessDeniedException", "Not you.", { status: 400 }));
  expect(await examineApi(vending)).toMatchObject([
    { severity: "warning", next: expect.stringContaining(`ssm:GetParameter on ${parameter}`) },
  ]);
});

test("the keys of a system that stands for AWS are not sent to AWS", async () => {
  expect(await examineApi(vending)).toMatchObject([
    { severity: "fine", found: expect.stringContaining("not looked for") },
  ]);
});
