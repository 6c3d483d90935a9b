import { setImmediate as nextTurn } from "node:timers/promises";
import type { Border, Finding } from "./border.ts";
import { jsonOrText, Recorder } from "./recorder.ts";

/** More CPU time than this for one input lets one caller starve the others. */
const maxCpuMs = 100;
/**
 * What waits longer waits for nothing. The providers' deadlines are 50 ms here; an endpoint gives up shortly before
 * Lambda's limit of ten seconds.
 */
const longestWaitMs = 5000;

/** What no handler has caught, in this thread. */
const uncaught: unknown[] = [];

/** To be called once in a thread, which must be no other's. */
export function watchForUncaught(): void {
  process.on("unhandledRejection", (reason) => uncaught.push(reason));
  process.on("uncaughtException", (error) => uncaught.push(error));
}

export interface Judgement {
  /** Null when everything held. */
  readonly finding: Finding | null;
  readonly cpuMs: number;
}

/** Plays an input in this thread. */
export async function judge(
  border: Border,
  input: unknown,
  maxWaitMs = longestWaitMs,
): Promise<Judgement> {
  const first = await playOnce(border, input, maxWaitMs);
  if (first.finding?.verdict !== "hang") return first;
  // A collection of garbage, or a module that is compiled, is no hang: that one happens again.
  for (let repetition = 0; repetition < 2; repetition += 1) {
    const again = await playOnce(border, input, maxWaitMs);
    if (again.finding?.verdict !== "hang") return again;
  }
  return first;
}

async function playOnce(border: Border, input: unknown, maxWaitMs: number): Promise<Judgement> {
  const recorder = new Recorder();
  uncaught.length = 0;
  const before = process.threadCpuUsage();
  const thrown = await ending(border.play(input, recorder), maxWaitMs);
  await nextTurn();
  const { user, system } = process.threadCpuUsage(before);
  const cpuMs = (user + system) / 1000;
  const finding =
    thrown ?? uncaughtFinding() ?? internalIn(recorder) ?? leakIn(recorder) ?? slowness(cpuMs);
  return { finding, cpuMs };
}

function uncaughtFinding(): Finding | null {
  return uncaught.length > 0
    ? { verdict: "crash", why: `uncaught: ${traceOf(uncaught[0])}` }
    : null;
}

async function ending(played: Promise<void>, maxWaitMs: number): Promise<Finding | null> {
  const patience = Promise.withResolvers<Finding>();
  const why = `no answer within ${maxWaitMs} ms`;
  const timer = setTimeout(() => patience.resolve({ verdict: "hang", why }), maxWaitMs);
  try {
    return await Promise.race([played.then(() => null), patience.promise]);
  } catch (error) {
    return { verdict: "crash", why: traceOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function internalIn({ answers, log }: Recorder): Finding | null {
  const defect = log.find((line) => /"event":"defect"|"(code|reason)":"internal"/.test(line));
  if (!answers.some(isInternal) && !defect) return null;
  return { verdict: "internal", why: defect ?? "an answer says so" };
}

/** A problem document, alone or as the body of a response. Behind a page, the log names the problem. */
function isInternal(answer: unknown): boolean {
  const { problem, body } = Object(answer);
  return [problem, jsonOrText(body)].some((each) => Object(each).code === "internal");
}

function leakIn(recorder: Recorder): Finding | null {
  const leaked = [...new Set(recorder.leaks())];
  return leaked.length > 0 ? { verdict: "leak", why: leaked.join(", ") } : null;
}

function slowness(cpuMs: number): Finding | null {
  return cpuMs > maxCpuMs ? { verdict: "hang", why: `${Math.round(cpuMs)} ms of CPU` } : null;
}

function traceOf(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : `threw ${String(error)}`;
  return text.split("\n").slice(0, 8).join("\n");
}
