import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Connection } from "../../functions/model/connection.ts";
import type { LedgerEntry, TokenRecord } from "../../functions/model/token-record.ts";
import type {
  Commit,
  FailedRenewal,
  HeldLease,
  Intent,
  TokenStore,
} from "../../functions/model/token-store.ts";
import { aFailure, aLease, aToken, at } from "./a-record.ts";

/** Configured as in functions/compose.ts. */
export function clientOf(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 500,
      requestTimeout: 1000,
      throwOnRequestTimeout: true,
    }),
  });
}

export function anEntry(): LedgerEntry {
  const history = { fence: 1, version: 1, reason: "expired", latencyMs: 150 } as const;
  return { at: at("10:00:01.000"), ...history, fingerprint: "1a79a4d60de6", outcome: "late" };
}

export function aCommit({ record }: HeldLease): Commit {
  const version = record.version + 1;
  return {
    token: aToken({ fence: record.fence, fingerprint: `token-${version}` }),
    consent: null,
    version,
    revocationScope: "0a1b2c3d4e5f",
    typicalIssueMs: 150,
    ledger: [{ ...anEntry(), version, outcome: "issued" }],
  };
}

export function aFailedAttempt(): FailedRenewal {
  const failure = aFailure();
  return {
    failure,
    suspect: false,
    isConsentOver: false,
    revocationScope: "0a1b2c3d4e5f",
    ledger: [],
  };
}

/** A failed renewal that does not change the record's other members. */
export function attemptOf({ record }: HeldLease): FailedRenewal {
  return { ...aFailedAttempt(), suspect: record.suspect, ledger: record.ledger };
}

export function anIntent(owner: string, suspect = false): Intent {
  return { lease: aLease({ owner }), suspect, rejectionsAt: [at("09:59:00.000")] };
}

/** An intent long after the lease of `anIntent` has ended. */
export function aTakeover(owner: string): Intent {
  const lease = aLease({ owner, since: at("10:00:30.000"), until: at("10:00:37.000") });
  return { ...anIntent(owner, true), lease };
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
