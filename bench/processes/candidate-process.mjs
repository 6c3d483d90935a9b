// One process of every candidate: what one execution environment of a Lambda is, with any number of concurrent calls.
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { answerCalls } from "./answer-calls.ts";

/** @import { BurstCall, LoadCall, OpenCall } from "./pool.ts" */

const agent = new Agent({ keepAlive: true });
/** @type {Map<string, import("../candidates/candidate.ts").Candidate>} */
const opened = new Map();
/** Comparable among the processes of a machine, and finer than a millisecond. */
const now = () => performance.timeOrigin + performance.now();

answerCalls({ open, burst, load });

/** @param {OpenCall} call */
async function open({ id, module, options }) {
  const candidate = await import(module);
  opened.set(id, await candidate.open(options));
}

/** @param {BurstCall} call */
async function burst({ id, connection, atEpochMs, calls }) {
  const candidate = opened.get(id);
  await sleep(Math.max(0, atEpochMs - now()));
  return Promise.all(Array.from({ length: calls }, () => vend(candidate, connection)));
}

async function vend(candidate, connection) {
  const begunAt = now();
  try {
    const token = await candidate.vend(connection);
    return { token, problem: null, begunAt, endedAt: now() };
  } catch (error) {
    return { token: null, problem: String(error?.message ?? error), begunAt, endedAt: now() };
  }
}

/**
 * Several callers each vend, use the token at once, and pause, again and again.
 * @param {LoadCall} call
 */
async function load({ id, connection, untilEpochMs, pauseMs, callers, delayMs }) {
  const candidate = opened.get(id);
  const seen = { problems: [], refused: 0, tookMs: [], tokens: [] };
  await sleep(delayMs);
  const caller = async () => {
    while (now() < untilEpochMs) {
      const { token, problem, begunAt, endedAt } = await vend(candidate, connection);
      seen.tookMs.push(endedAt - begunAt);
      if (problem) seen.problems.push(problem);
      else await use(seen, token, endedAt, connection.pingUrl);
      await sleep(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return seen;
}

async function use(seen, token, at, pingUrl) {
  if (!seen.tokens.some((one) => one.token === token)) seen.tokens.push({ token, at });
  if ((await statusOf(pingUrl, token)) !== 200) seen.refused += 1;
}

function statusOf(url, token) {
  const headers = { Authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    });
    request.once("error", reject);
  });
}
