import { alarmBills, alarmMonth } from "./alarm-cost.ts";
import { awsPrices, monthSeconds, ticksPerMonth } from "./aws-prices.ts";
import { renewalLoad } from "./renewal-load.ts";

/** The load of one connection. */
export interface VendLoad {
  /** Vends a second, of all callers together. */
  readonly vendsPerSecond: number;
  /** The share of vends that the callers' own memory serves, without an invocation. */
  readonly fromClientMemory: number;
}

/** Of the function's memory. */
const gigabytes = 1;
/** Billed for a vend from the function's memory, and for one that reads the table. */
const warmMs = 2;
const storeHitMs = 15;
/** START, END and REPORT, with the 26 bytes that CloudWatch adds to each; a warm vend writes no line of ours. */
const logGigabytes = 0.5e-6;
/** A line of metrics, which a busy process writes every ten seconds. */
const metricsLine = { gigabytes: 0.7e-6, everySeconds: 10 };
/** X-Ray's default rule: the first request of each second, and one of twenty of the others. */
const [reservoir, tracedShare] = [1, 0.05];
/** A process reads the table again after so long. */
const cachedSeconds = 30;
/** How many vends a second one process serves, one after another. */
const vendsPerProcess = 500;
/** A data key is asked for again after so long. */
const dataKeySeconds = 3600;
const metrics = 11;
/** The realm of the example: one connection with tokens of five minutes. */
const renewals = renewalLoad({ connections: 1, lifetimeSeconds: 300 });

/** A month of a realm with one connection in use, whatever it vends. */
export const realmMonth =
  awsPrices.kmsKey +
  awsPrices.secret +
  alarmMonth(alarmBills["client-credentials"]) +
  metrics * awsPrices.metric +
  // Ticks come a minute apart, so each is the first of its second.
  ticksPerMonth * awsPrices.xrayTrace +
  renewals.dollarsPerMonth;

/**
 * Dollars for a million vends. Those that reach the function pay for an invocation, its log and its traces; each of its
 * processes reads the table once in 30 seconds. What a realm costs a month is shared by all vends. Not counted: what a
 * process takes to start, once in hours.
 */
export function costPerMillion({ vendsPerSecond, fromClientMemory }: VendLoad): number {
  const invocations = vendsPerSecond * (1 - fromClientMemory);
  const processes = Math.max(1, invocations / vendsPerProcess);
  const hits = Math.min(invocations, processes / cachedSeconds);
  const gigabyteSeconds = (gigabytes * (hits * storeHitMs + (invocations - hits) * warmMs)) / 1000;
  const lines = Math.min(invocations, processes / metricsLine.everySeconds);
  const dollarsPerSecond =
    invocations * awsPrices.lambdaRequest +
    gigabyteSeconds * awsPrices.lambdaGbSecond +
    (invocations * logGigabytes + lines * metricsLine.gigabytes) * awsPrices.logs +
    tracesOf(invocations) * awsPrices.xrayTrace +
    hits * awsPrices.dynamoDbRead +
    (processes / dataKeySeconds) * awsPrices.kmsRequest +
    realmMonth / monthSeconds;
  return (dollarsPerSecond / vendsPerSecond) * 1e6;
}

/** Traces a second. At one vend a second that is all of them, at the price of 25 invocations each. */
function tracesOf(invocations: number): number {
  const first = Math.min(invocations, reservoir);
  return first + (invocations - first) * tracedShare;
}
