// Plain JavaScript: stripping types would cost every process 40 ms. Plays one execution environment of the bundle that
// it is told of, with as many callers at once as the referee likes.
import { Agent, get } from "node:http";
import { registerHooks, syncBuiltinESMExports } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

/** @import { Load, Order, Tally } from "./vend-process.ts" */

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
const [, , bundle] = process.argv;
const { handler } = await import(bundle);
process.on("message", (/** @type {Order} */ order) => void carryOut(order));
process.send("ready");

/** @param {Order} order */
async function carryOut({ id, act, argument }) {
  try {
    process.send({ id, value: await acts[act](argument) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
}

const acts = {
  vend: ({ event, remainingMs }) => handler(event, context(remainingMs)),
  modules: () => loaded,
  load,
  stallBeforeSealing,
};

function context(remainingMs) {
  const deadline = Date.now() + remainingMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "vend-token",
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** Stops the whole process, as a frozen execution environment is, between the provider's answer and the commit. */
function stallBeforeSealing({ ms }) {
  crypto.createCipheriv = (...wanted) => {
    crypto.createCipheriv = createCipheriv;
    syncBuiltinESMExports();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return createCipheriv(...wanted);
  };
  syncBuiltinESMExports();
}

/**
 * Vends and presents each answer at once, over and over.
 * @param {Load} load
 * @returns {Promise<Tally>}
 */
async function load({ event, remainingMs, pingUrl, untilEpochMs, pauseMs }) {
  const tally = { vends: 0, uses: 0, versions: [], problems: [], refused: [], slowestMs: 0 };
  while (Date.now() < untilEpochMs) {
    const begun = performance.now();
    const answer = await handler(event, context(remainingMs));
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - begun);
    if (answer.problem) tally.problems.push(answer.problem.code);
    else await vended(tally, answer, pingUrl);
    await sleep(pauseMs);
  }
  return tally;
}

/** The promise of an answer: up to `usableUntil` the provider takes it. */
async function vended(tally, { version, header, usableUntil }, pingUrl) {
  tally.vends += 1;
  if (!tally.versions.includes(version)) tally.versions.push(version);
  if (Date.now() >= Date.parse(usableUntil)) return;
  tally.uses += 1;
  const status = await statusOf(pingUrl, { [header.name]: header.value });
  if (status === 200) return;
  const lateMs = Date.now() - Date.parse(usableUntil);
  tally.refused.push({ version, status, lateMs });
}

function statusOf(url, headers) {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    });
    request.once("error", reject);
  });
}
