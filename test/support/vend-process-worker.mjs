// Plain JavaScript, because stripping types would cost every process 40 ms. Acts as one execution environment of the
// given bundle, with any number of concurrent callers.
import { Agent, get } from "node:http";
import { Session } from "node:inspector/promises";
import { registerHooks, syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** @import { LoadOptions, LoadResult, WorkerCommand } from "./vend-process.ts" */

/** @type {string[]} */
const loaded = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
const agent = new Agent({ keepAlive: true });
const crypto = process.getBuiltinModule("node:crypto");
const { createCipheriv } = crypto;

process.on("disconnect", () => process.exit());
const [, , bundle, aheadMs] = process.argv;
setClockAhead(Number(aheadMs));
const { handler } = await import(bundle);
process.on("message", (/** @type {WorkerCommand} */ command) => void execute(command));
process.send("ready");

/** @param {WorkerCommand} command */
async function execute({ id, act, argument }) {
  try {
    process.send({ id, value: await acts[act](argument) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
}

const acts = {
  vend: ({ event, remainingMs, invokedAs }) => handler(event, context(remainingMs, invokedAs)),
  traceVend,
  modules: () => loaded,
  load,
  stallBeforeSealing,
};

function context(remainingMs, invokedAs) {
  const deadline = Date.now() + remainingMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "vend-token",
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => deadline - Date.now(),
    ...invokedAs,
  };
}

/**
 * Vends, and lists the files under `root` of which a function ran meanwhile. Loading a module does not count.
 * @returns {Promise<{ answer: unknown, files: string[] }>}
 */
async function traceVend({ event, remainingMs, root }) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  const answer = await handler(event, context(remainingMs));
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  const files = result
    .filter(({ url, functions }) => url.startsWith("file:") && functions.some(hasRun))
    .map(({ url }) => path.relative(root, fileURLToPath(url)))
    .filter((file) => !file.startsWith(".."));
  return { answer, files: files.sort() };
}

/** A module's own body is the function without a name at the file's beginning. */
function hasRun({ functionName, ranges: [whole] }) {
  return whole.count > 0 && (functionName !== "" || whole.startOffset > 0);
}

/** Blocks the whole process, like a frozen execution environment, between the provider's answer and the commit. */
function stallBeforeSealing({ ms }) {
  crypto.createCipheriv = (...args) => {
    crypto.createCipheriv = createCipheriv;
    syncBuiltinESMExports();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return createCipheriv(...args);
  };
  syncBuiltinESMExports();
}

/**
 * Repeatedly vends, and uses each credential at once.
 * @param {LoadOptions} options
 * @returns {Promise<LoadResult>}
 */
async function load({ event, remainingMs, pingUrl, untilEpochMs, pauseMs }) {
  const result = { vends: 0, uses: 0, versions: [], problems: [], refused: [], slowestMs: 0 };
  while (Date.now() < untilEpochMs) {
    const startedAt = performance.now();
    const answer = await handler(event, context(remainingMs));
    result.slowestMs = Math.max(result.slowestMs, performance.now() - startedAt);
    if (answer.problem) result.problems.push(answer.problem.code);
    else await vended(result, answer, pingUrl);
    await sleep(pauseMs);
  }
  return result;
}

/** Records whether the provider accepts the credential, which it must until `usableUntil`. */
async function vended(result, { version, header, usableUntil }, pingUrl) {
  result.vends += 1;
  if (!result.versions.includes(version)) result.versions.push(version);
  if (Date.now() >= Date.parse(usableUntil)) return;
  result.uses += 1;
  const status = await statusOf(pingUrl, { [header.name]: header.value });
  if (status === 200) return;
  const lateMs = Date.now() - Date.parse(usableUntil);
  result.refused.push({ version, status, lateMs });
}

function statusOf(url, headers) {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    });
    request.once("error", reject);
  });
}

/** A machine whose clock is wrong. */
function setClockAhead(aheadMs) {
  if (aheadMs === 0) return;
  const { now } = Date;
  globalThis.Date = class extends Date {
    static now = () => now() + aheadMs;

    constructor(...args) {
      super(...(args.length === 0 ? [now() + aheadMs] : args));
    }
  };
}
