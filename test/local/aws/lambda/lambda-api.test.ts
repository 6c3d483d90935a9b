import type { InvokeCommandInput } from "@aws-sdk/client-lambda";
import {
  InvalidRequestContentException,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  RequestTooLargeException,
  ResourceNotFoundException,
  TooManyRequestsException,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLambdaApi } from "../../../../local/aws/lambda/lambda-api.ts";
import type { LambdaHost, LogLine } from "../../../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";
import type { LocalServer } from "../../../../local/aws/listen.ts";
import { aFunction, removeCode } from "./lambda-fixture.ts";

const ECHO = `
  export const handler = async (event, context) => {
    if (event.arn) return context.invokedFunctionArn;
    if (event.print) console.log(event.print);
    if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
    if (event.fail) throw new Error(event.fail);
    return event;
  };
`;
const log: LogLine[] = [];
let host: LambdaHost;
let api: LocalServer;
let client: LambdaClient;

beforeAll(async () => {
  host = startLambdaHost({
    functions: [
      aFunction("echo", ECHO, { description: "Says what it hears" }),
      aFunction("narrow", ECHO, { reservedConcurrency: 1 }),
    ],
    onLog: (line) => log.push(line),
  });
  api = await startLambdaApi(host);
  client = new LambdaClient({
    endpoint: api.url,
    region: "ap-southeast-2",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await api.stop();
  await host.stop();
  removeCode();
});

const invoke = (input: InvokeCommandInput) => client.send(new InvokeCommand(input));
const payloadOf = ({ Payload }: { Payload?: Uint8Array }) =>
  JSON.parse(Buffer.from(Payload ?? []).toString());

it("lists the functions by name and description", async () => {
  const { Functions } = await client.send(new ListFunctionsCommand({}));
  expect(Functions).toMatchObject([
    { FunctionName: "echo", Description: "Says what it hears" },
    { FunctionName: "narrow", Description: "" },
  ]);
});

it.each([
  "echo",
  "echo:$LATEST",
  "000000000000:function:echo",
  "arn:aws:lambda:ap-southeast-2:000000000000:function:echo",
])("invokes a function that is named %s", async (FunctionName) => {
  const answer = await invoke({ FunctionName, Payload: '{"account":"default"}' });
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(answer.FunctionError).toBeUndefined();
  expect(payloadOf(answer)).toEqual({ account: "default" });
});

it("answers a function's failure with status 200 and says that it is one", async () => {
  const answer = await invoke({ FunctionName: "echo", Payload: '{"fail":"broken"}' });
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
  expect(payloadOf(answer)).toMatchObject({ errorType: "Error", errorMessage: "broken" });
});

it("tells a function the alias by which it was invoked", async () => {
  const arn = "arn:aws:lambda:ap-southeast-2:000000000000:function:echo";
  const asked = { Payload: '{"arn":true}' };
  expect(payloadOf(await invoke({ FunctionName: "echo", ...asked }))).toBe(arn);
  for (const named of [
    { FunctionName: "echo:live" },
    { FunctionName: "echo", Qualifier: "live" },
  ]) {
    expect(payloadOf(await invoke({ ...named, ...asked }))).toBe(`${arn}:live`);
  }
});

it("answers an event before the function has run", async () => {
  const answer = await invoke({
    FunctionName: "echo",
    InvocationType: "Event",
    Payload: '{"sleepMs":50,"print":"an event"}',
  });
  expect(answer.StatusCode).toBe(202);
  await expect.poll(() => log.some(({ text }) => text === "an event")).toBe(true);
});

it("runs nothing for a dry run", async () => {
  const dryRun = { FunctionName: "echo", InvocationType: "DryRun", Payload: '{"print":"dry"}' };
  expect((await invoke(dryRun as InvokeCommandInput)).StatusCode).toBe(204);
  expect(log.some(({ text }) => text === "dry")).toBe(false);
});

it("refuses with the errors of the SDK", async () => {
  await expect(invoke({ FunctionName: "nobody" })).rejects.toBeInstanceOf(
    ResourceNotFoundException,
  );
  await expect(invoke({ FunctionName: "echo", Payload: "{" })).rejects.toBeInstanceOf(
    InvalidRequestContentException,
  );
  await expect(
    invoke({ FunctionName: "echo", Payload: JSON.stringify("x".repeat(6 * 1024 * 1024)) }),
  ).rejects.toBeInstanceOf(RequestTooLargeException);
});

it("throttles beyond a function's reserved concurrency, with the reason", async () => {
  const running = invoke({ FunctionName: "narrow", Payload: '{"sleepMs":300}' });
  await expect.poll(() => host.processes("narrow")).toHaveLength(1);
  const refused = await invoke({ FunctionName: "narrow" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TooManyRequestsException);
  expect(refused).toMatchObject({ Reason: "ReservedFunctionInvocationLimitExceeded" });
  expect(await running).toMatchObject({ StatusCode: 200 });
});
