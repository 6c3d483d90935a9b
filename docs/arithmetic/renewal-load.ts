import { tokenTimes } from "../../functions/vending/decision/token-times.ts";
import { defaultRenewalMemoryMb } from "../../infra/realm-list.ts";
import { awsLimits, megabytesPerCore } from "./aws-limits.ts";
import { awsPrices, monthSeconds, ticksPerMonth } from "./aws-prices.ts";
import { indexWriteUnits, renewalUnits } from "./renewal-units.ts";

/** One realm whose connections are all in use. */
export interface RealmLoad {
  readonly connections: number;
  readonly lifetimeSeconds: number;
}

/** What renews a realm's tokens before their end, and what that costs. */
export interface RenewalLoad {
  readonly renewalsPerSecond: number;
  /** Of what one tick at a time can do with the memory that `renew-tokens` has unless told otherwise. */
  readonly shareOfTick: number;
  readonly readUnitsPerSecond: number;
  readonly writeUnitsPerSecond: number;
  /** Without the secrets themselves. */
  readonly dollarsPerMonth: number;
  /** What is exceeded, the lowest first. */
  readonly exceeded: readonly string[];
}

/** Of the assumed tokens. */
const tokenBytes = 1024;
/** Assumed, of a whole core, with KMS and a secret to read; `npm run bench -- --only many-connections` measures it. */
const renewalCpuMs = 7;
/** How many renewals a tick has under way, and how long one takes: the provider, and six requests to AWS. */
const workers = 32;
const renewalSeconds = 0.2;
/** How far a tick looks ahead and so waits at most, while it keeps up. */
const horizonSeconds = 75;
/** For so many connections a process keeps data keys (an hour) and secrets (five minutes). */
const cachedConnections = 10_000;
const [dataKeySeconds, secretSeconds] = [3600, 300];
/** A line of ours for each renewal. */
const logGigabytes = 0.5e-6;

/** Seconds from one renewal to the next, by the code that decides it. */
export function renewalSecondsOf(lifetimeSeconds: number): number {
  const issuedAt = new Date(0);
  const ms = lifetimeSeconds * 1000;
  const issued = {
    lifetime: { kind: "stated", atLeastMs: ms, atMostMs: ms },
    requestedAt: issuedAt,
    receivedAt: issuedAt,
  };
  const policy = { renewal: "early", beforeExpiryMs: 300_000 } as const;
  const { renewAt } = tokenTimes(issued as Parameters<typeof tokenTimes>[0], policy, 1000, 0.5);
  return renewAt.getTime() / 1000;
}

/** How many renewals a second one tick gets through: its share of a core limits it, or its workers. */
export function tickCapacity(memoryMb: number): number {
  const core = Math.min(1, memoryMb / megabytesPerCore);
  return Math.min((core * 1000) / renewalCpuMs, workers / renewalSeconds);
}

/** How many renewals a second the realm's one partition of the index takes; beyond that DynamoDB refuses the commits. */
export const indexCapacity = awsLimits.partitionWrites.value / indexWriteUnits;

export function renewalLoad({ connections, lifetimeSeconds }: RealmLoad): RenewalLoad {
  const interval = renewalSecondsOf(lifetimeSeconds);
  const rate = connections / interval;
  const { read, write } = renewalUnits(tokenBytes);
  const shareOfTick = rate / tickCapacity(defaultRenewalMemoryMb);
  return {
    renewalsPerSecond: rate,
    shareOfTick,
    readUnitsPerSecond: rate * read,
    writeUnitsPerSecond: rate * write,
    dollarsPerMonth:
      rate * monthSeconds * dollarsPerRenewal(connections, interval) + dollarsOfTicks(rate),
    exceeded: exceededBy(connections, rate),
  };
}

function dollarsPerRenewal(connections: number, interval: number): number {
  const { read, write } = renewalUnits(tokenBytes);
  const isCached = connections <= cachedConnections;
  const keys = isCached ? Math.min(1, interval / dataKeySeconds) : 1;
  const secrets = isCached ? 1 / (1 + Math.floor(secretSeconds / interval)) : 1;
  return (
    read * awsPrices.dynamoDbRead +
    write * awsPrices.dynamoDbWrite +
    keys * awsPrices.kmsRequest +
    secrets * awsPrices.secretsManagerRequest +
    logGigabytes * awsPrices.logs
  );
}

/** A tick waits until the last of those that are due has come: on average so long, where they come at random. */
function dollarsOfTicks(rate: number): number {
  const due = rate * horizonSeconds;
  const seconds = horizonSeconds * (1 - (1 - Math.exp(-due)) / due);
  const gigabytes = defaultRenewalMemoryMb / 1024;
  const each = awsPrices.schedulerInvocation + awsPrices.lambdaRequest;
  return ticksPerMonth * (each + seconds * gigabytes * awsPrices.lambdaGbSecond);
}

function exceededBy(connections: number, rate: number): readonly string[] {
  const { write } = renewalUnits(tokenBytes);
  const byRate = [
    { what: "the tick's CPU", most: tickCapacity(defaultRenewalMemoryMb) },
    { what: "the tick with a whole core", most: tickCapacity(megabytesPerCore) },
    { what: "the index's partition", most: indexCapacity },
    { what: "the table's quota", most: awsLimits.tableWrites.value / write },
  ].filter(({ most }) => rate > most);
  const secrets = connections > awsLimits.secrets.value ? ["the number of secrets"] : [];
  return [...secrets, ...byRate.map(({ what }) => what)];
}
