import { prices } from "./prices.ts";

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
const logGigabytes = 1e-6;
const tracedShare = 0.05;
/** A process reads the table again after so long. */
const cachedSeconds = 30;
/** How many vends a second one process serves, one after another. */
const vendsPerProcess = 500;
const monthSeconds = 30.4 * 86_400;

/**
 * Dollars for a million vends. Those that reach the function pay for an invocation, its log and its traces; each of its
 * processes reads the table once in 30 seconds. What a realm costs a month is shared by all vends.
 */
export function costPerMillion({ vendsPerSecond, fromClientMemory }: VendLoad): number {
  const invocations = vendsPerSecond * (1 - fromClientMemory);
  const processes = Math.max(1, invocations / vendsPerProcess);
  const hits = Math.min(invocations, processes / cachedSeconds);
  const gigabyteSeconds = (gigabytes * (hits * storeHitMs + (invocations - hits) * warmMs)) / 1000;
  const eachInvocation =
    prices.lambdaRequest + logGigabytes * prices.logs + tracedShare * prices.xrayTrace;
  const dollarsPerSecond =
    invocations * eachInvocation +
    gigabyteSeconds * prices.lambdaGbSecond +
    hits * prices.dynamoDbRead +
    // A data key is used for an hour.
    (processes / 3600) * prices.kmsRequest +
    prices.realmMonth / monthSeconds;
  return (dollarsPerSecond / vendsPerSecond) * 1e6;
}
