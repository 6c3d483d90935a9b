import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type {
  InvocationResult,
  LambdaHost,
  LogLine,
} from "../../../../local/aws/lambda/lambda-host.ts";
import { startLambdaHost } from "../../../../local/aws/lambda/lambda-host.ts";
import { aFunction, codeFolder, removeCode } from "./lambda-fixture.ts";

const WORK = `
  export const handler = async (event, context) => {
    if (event.print) console.log(event.print);
    if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
    if (event.fail) throw new TypeError(event.fail);
    if (event.exit !== undefined) process.exit(event.exit);
    if (event.reject) { Promise.reject(new Error(event.reject)); await new Promise(() => {}); }
    if (event.environment) return process.env;
    if (event.remaining) {
      const before = context.getRemainingTimeInMillis();
      await new Promise((resolve) => setTimeout(resolve, 60));
      return { before, after: context.getRemainingTimeInMillis() };
    }
    const { getRemainingTimeInMillis, ...rest } = context;
    return { event, context: rest };
  };
`;

afterAll(removeCode);

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const pids = (invoked: readonly InvocationResult[]) => new Set(invoked.map(({ pid }) => pid));

describe("a Lambda host", () => {
  let host: LambdaHost;
  const log: LogLine[] = [];

  beforeAll(() => {
    host = startLambdaHost({
      functions: [
        aFunction("work", WORK, { environment: { TABLE_NAME: "Tokens" } }),
        aFunction("hasty", WORK, { timeoutMs: 300 }),
        aFunction("narrow", WORK, { reservedConcurrency: 1 }),
        aFunction("missing-import", 'import "nowhere";'),
        aFunction("broken", "export const handler = ("),
        aFunction("throws", 'throw new RangeError("TABLE_NAME is missing");'),
        aFunction("exits", "process.exit(7);"),
        aFunction("no-handler", "export const other = 1;"),
      ],
      endpoints: { DYNAMODB: "http://127.0.0.1:1" },
      environment: { LOG_LEVEL: "debug" },
      onLog: (line) => log.push(line),
    });
  });
  afterAll(() => host.stop());

  it("runs one process per concurrent invocation and uses idle ones again", async () => {
    const call = () => host.invoke("work", { sleepMs: 100 });
    const cold = await Promise.all([call(), call(), call()]);
    expect(pids(cold).size).toBe(3);
    expect(cold.every(({ coldStart }) => coldStart)).toBe(true);

    const warm = await Promise.all([call(), call()]);
    expect(warm.every(({ coldStart }) => coldStart)).toBe(false);
    expect(pids(cold)).toEqual(pids([...cold, ...warm]));
    expect(host.processes("work")).toHaveLength(3);
    expect(host.processes("work").every(({ busySince }) => busySince === undefined)).toBe(true);
  });

  it("passes event and context as Lambda does", async () => {
    const { payload, requestId, functionError } = await host.invoke("work", { account: "default" });
    expect(functionError).toBeUndefined();
    expect(payload).toEqual({
      event: { account: "default" },
      context: {
        awsRequestId: requestId,
        callbackWaitsForEmptyEventLoop: true,
        functionName: "work",
        functionVersion: "$LATEST",
        invokedFunctionArn: "arn:aws:lambda:ap-southeast-2:000000000000:function:work",
        logGroupName: "/aws/lambda/work",
        logStreamName: "local",
        memoryLimitInMB: "256",
      },
    });
  });

  it("gives a function only its own environment", async () => {
    vi.stubEnv("LEAK_OF_THE_PARENT", "leaked");
    await host.stopIdle("work");
    const { payload } = await host.invoke("work", { environment: true });
    expect(payload).toMatchObject({
      TABLE_NAME: "Tokens",
      LOG_LEVEL: "debug",
      AWS_REGION: "ap-southeast-2",
      AWS_LAMBDA_FUNCTION_NAME: "work",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
      AWS_ACCESS_KEY_ID: "local",
    });
    for (const name of ["LEAK_OF_THE_PARENT", "HOME", "PATH", "VITEST", "NODE_OPTIONS"]) {
      expect(payload).not.toHaveProperty(name);
    }
  });

  it("counts the remaining time down", async () => {
    const { payload } = await host.invoke("work", { remaining: true });
    const { before, after } = payload as { before: number; after: number };
    expect(before).toBeGreaterThan(4_800);
    expect(before).toBeLessThanOrEqual(5_000);
    expect(before - after).toBeGreaterThanOrEqual(55);
  });

  it("forwards what a function prints, line by line", async () => {
    const { pid } = await host.invoke("work", { print: "one\ntwo" });
    await expect.poll(() => log.filter((line) => line.pid === pid)).toHaveLength(2);
    expect(log.at(-1)).toEqual({ function: "work", pid, stream: "stdout", text: "two" });
  });

  it("fails an invocation with what the handler threw, and keeps the process", async () => {
    const failed = await host.invoke("work", { fail: "no such account" });
    expect(failed).toMatchObject({
      functionError: "Unhandled",
      payload: { errorType: "TypeError", errorMessage: "no such account" },
    });
    expect(failed.payload).toHaveProperty("trace.0", "TypeError: no such account");
    expect((await host.invoke("work", {})).pid).toBe(failed.pid);
  });

  it("kills a function at its timeout", async () => {
    const startedAt = performance.now();
    const failed = await host.invoke("hasty", { sleepMs: 60_000 });
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(failed.functionError).toBe("Unhandled");
    expect(failed.payload).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${failed.requestId} Error: Task timed out after 0.30 seconds`,
    });
    const next = await host.invoke("hasty", {});
    expect(next).toMatchObject({ coldStart: true });
    await expect.poll(() => isAlive(failed.pid)).toBe(false);
  });

  it("fails an invocation at once when its process is killed from outside, and serves the next", async () => {
    const running = host.invoke("work", { sleepMs: 60_000 });
    await expect.poll(() => host.processes("work").filter((p) => p.busySince)).toHaveLength(1);
    const pid = host.processes("work").find(({ busySince }) => busySince)?.pid ?? 0;
    expect(host.kill(pid)).toBe(true);
    const failed = await running;
    expect(failed.payload).toEqual({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${failed.requestId} Error: Runtime exited with error: signal: killed`,
    });
    expect(await host.invoke("work", {})).not.toHaveProperty("functionError");
    expect(host.kill(process.pid)).toBe(false);
  });

  it.each([
    [{ exit: 3 }, "Runtime.ExitError", /Runtime exited with error: exit status 3$/],
    [{ exit: 0 }, "Runtime.ExitError", /Runtime exited without providing a reason$/],
    [{ reject: "lost" }, "Runtime.UnhandledPromiseRejection", /^lost$/],
  ])("fails an invocation whose process ends: %j", async (event, errorType, errorMessage) => {
    const failed = await host.invoke("work", event);
    expect(failed).toMatchObject({
      functionError: "Unhandled",
      payload: { errorType, errorMessage: expect.stringMatching(errorMessage) },
    });
    expect(await host.invoke("work", {})).not.toHaveProperty("functionError");
  });

  it.each([
    ["missing-import", "Runtime.ImportModuleError", /Cannot find package 'nowhere'/],
    ["broken", "Runtime.UserCodeSyntaxError", /SyntaxError/],
    ["throws", "RangeError", /^TABLE_NAME is missing$/],
    ["exits", "Runtime.ExitError", /exit status 7$/],
    ["no-handler", "Runtime.HandlerNotFound", /index.handler is undefined or not exported/],
  ])("fails an invocation of a function that does not start: %s", async (name, type, message) => {
    const { functionError, payload } = await host.invoke(name, {});
    expect(functionError).toBe("Unhandled");
    expect(payload).toMatchObject({
      errorType: type,
      errorMessage: expect.stringMatching(message),
    });
  });

  it("refuses more invocations than a function's reserved concurrency", async () => {
    const running = host.invoke("narrow", { sleepMs: 300 });
    await expect(host.invoke("narrow", {})).rejects.toMatchObject({
      type: "TooManyRequestsException",
    });
    await running;
    expect(await host.invoke("narrow", {})).toMatchObject({ coldStart: false });
  });

  it("refuses functions that are not deployed", async () => {
    await expect(host.invoke("nobody", {})).rejects.toMatchObject({
      type: "ResourceNotFoundException",
    });
  });

  it("stops waiting when the caller gives up; the invocation goes on", async () => {
    const signal = AbortSignal.timeout(50);
    const given = host.invoke("narrow", { sleepMs: 200, print: "still here" }, { signal });
    await expect(given).rejects.toMatchObject({ name: "TimeoutError" });
    await expect.poll(() => log.some(({ text }) => text === "still here")).toBe(true);
    await expect.poll(() => host.processes("narrow")[0]?.busySince).toBeUndefined();
  });

  it("starts processes in advance", async () => {
    await host.stopIdle("hasty");
    await host.prestart("hasty", 2);
    expect(host.processes("hasty")).toHaveLength(2);
    expect(await host.invoke("hasty", {})).toMatchObject({ coldStart: false });
  });
});

describe("the end of a Lambda host", () => {
  it("leaves no process behind when it is stopped", async () => {
    const host = startLambdaHost({ functions: [aFunction("work", WORK)] });
    await host.prestart("work");
    const running = host.invoke("work", { sleepMs: 60_000 });
    const [{ pid } = { pid: 0 }] = host.processes();
    expect(isAlive(pid)).toBe(true);
    await host.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await running).toMatchObject({ payload: { errorType: "Runtime.ExitError" } });
    await expect(host.invoke("work", {})).rejects.toThrow("the Lambda host has been stopped");
  });

  it("leaves no process behind when it is killed itself", async () => {
    const folder = codeFolder("export const handler = () => new Promise(() => {});");
    const script = fileURLToPath(new URL("./killed-host.ts", import.meta.url));
    const parent = spawn(process.execPath, [script, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(parent.stdout, "data");
    const children: number[] = JSON.parse(String(line));
    expect(children).toHaveLength(2);
    expect(children.every(isAlive)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => children.some(isAlive), { timeout: 3_000 }).toBe(false);
  });
});

it("a process ends some time after its last answer, not while it works, and the next invocation is a cold start", async () => {
  const host = startLambdaHost({ functions: [aFunction("idles", WORK)], idleMs: 300 });
  onTestFinished(() => host.stop());
  const first = await host.invoke("idles", {});
  const second = await host.invoke("idles", { sleepMs: 700 });
  expect([second.coldStart, second.functionError, second.pid]).toEqual([
    false,
    undefined,
    first.pid,
  ]);
  await vi.waitFor(() => expect(host.processes()).toEqual([]));
  await vi.waitFor(() => expect(isAlive(first.pid)).toBe(false));
  expect((await host.invoke("idles", {})).coldStart).toBe(true);
});
