import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Clock } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { LedgerEntry, TokenRecord } from "../../functions/model/token-record.ts";
import type {
  Commit,
  FailedRenewal,
  HeldLease,
  Intent,
  TokenStore,
} from "../../functions/model/token-store.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { aFailure, aLease, aToken, at } from "./a-record.ts";
import { FixedClock } from "./fixed-clock.ts";

/** Configured as in functions/compose.ts but for its patience: what is tested is another thing than a busy machine. */
export function clientOf(endpoint: string, requestTimeout = 10_000): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 500,
      requestTimeout,
      throwOnRequestTimeout: true,
    }),
  });
}

export function anEntry(): LedgerEntry {
  const history = { fence: 1, version: 1, reason: "expired", latencyMs: 150 } as const;
  const late = { fingerprint: "1a79a4d60de6", outcome: "late" } as const;
  return { at: at("10:00:01.000"), owner: "late.1", ...history, ...late };
}

/** A holder's commit, whatever the record is. */
export function aCommit({ record, lease }: HeldLease): Commit {
  const version = record.version + 1;
  return {
    token: aToken({ committedBy: lease.owner, fingerprint: `token-${version}` }),
    consent: null,
    failure: null,
    version,
    doubtedAt: null,
    rejections: null,
    revocationScope: "0a1b2c3d4e5f",
    typicalRenewalMs: 150,
    ledger: [{ ...anEntry(), version, outcome: "issued" }],
  };
}

export function aFailedAttempt(): FailedRenewal {
  const failure = aFailure();
  return {
    failure,
    doubtedAt: null,
    isConsentOver: false,
    isTokenDead: false,
    revocationScope: "0a1b2c3d4e5f",
    ledger: [],
  };
}

/** A failed renewal that does not change the record's other members. */
export function attemptAfter({ doubtedAt, ledger }: TokenRecord): FailedRenewal {
  return { ...aFailedAttempt(), doubtedAt, ledger };
}

export function anIntent(owner: string, doubtedAt: Date | null = null): Intent {
  return { lease: aLease({ owner }), doubtedAt };
}

/** An intent long after the lease of `anIntent` has ended. */
export function aTakeover(owner: string): Intent {
  const lease = aLease({ owner, since: at("10:00:30.000"), until: at("10:00:37.000") });
  return { lease, doubtedAt: at("10:00:00.200") };
}

/** Reads items as a process of its own does, a minute after the instants of `aRecord`. */
/** What a process has read of its realm's freeze: nothing yet. */
export function freezesOf(clock: Clock = new FixedClock(at("10:01:00.000"))) {
  return realmFreezeCache(clock, { info: () => {}, warn: () => {}, error: () => {} });
}

export function readerOf(process = "reader", time = "10:01:00.000") {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  return recordReader({ clock: new FixedClock(at(time)), log, metrics: null, process });
}

/** Takes the lease. Throws if another process holds it. */
export async function takenLease(
  store: TokenStore,
  connection: Connection,
  seen: TokenRecord | null,
  intent: Intent,
): Promise<HeldLease> {
  const { held } = await store.takeLease(connection, seen, intent, new AbortController().signal);
  if (!held) throw new Error(`${intent.lease.owner} did not get the lease.`);
  return held;
}

/** A lease of this owner, on the record that it has seen; by default on a connection of its own. */
export function leasedIn(
  store: TokenStore,
  owner: string,
  seen: TokenRecord | null,
): ReturnType<typeof takenLease> {
  const realm = { provider: "conferma", environment: "test" } as const;
  const connection = seen?.connection ?? connectionOf(realm, randomUUID());
  return takenLease(store, connection, seen, anIntent(owner));
}
