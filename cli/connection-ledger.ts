import type { LedgerEntry, TokenRecord } from "../functions/model/token-record.ts";
import { isDoubted } from "../functions/model/token-record.ts";

/**
 * What became of a version. `in-use`: it is vended. `expired`: its time was over. `renewed`: in time. `rejected`: a caller
 * reported it. `doubted`: a request with an unknown outcome may have revoked it. `replaced`: by a consent, or for a reason
 * that the record does not have any more. `removed`: with its consent.
 */
export type VersionEnd =
  | "in-use"
  | "expired"
  | "renewed"
  | "rejected"
  | "doubted"
  | "replaced"
  | "removed";

/** A version that the record knows. What it does not have any more is null. */
export interface LedgerVersion {
  readonly version: number;
  readonly fingerprint: string | null;
  readonly issuedAt: Date;
  readonly reason: LedgerEntry["reason"] | null;
  readonly latencyMs: number | null;
  /** Of the stored version only; also null for a key without an end. */
  readonly usableUntil: Date | null;
  readonly expiresAt: Date | null;
  readonly end: VersionEnd;
  /** When it was over at the latest: when its successor was issued. */
  readonly endedAt: Date | null;
}

/** What a connection's record says of its versions: the stored one, and the last three calls to the provider. */
export interface ConnectionLedger {
  readonly connection: string;
  /** Tokens committed so far. */
  readonly version: number;
  /** Leases taken so far. */
  readonly fence: number;
  /** The oldest first. */
  readonly versions: readonly LedgerVersion[];
  /** Calls that did not lead to a version. The oldest first. */
  readonly failedCalls: readonly LedgerEntry[];
  /** The attributes that are damaged. */
  readonly damage: readonly string[];
}

/** What a record says of its connection's versions. */
export function ledgerOf(record: TokenRecord, now: Date): ConnectionLedger {
  const { connection, version, fence, ledger, damage } = record;
  const issues = ledger.filter(({ outcome }) => outcome === "issued");
  const earlier = issues.filter((entry) => !isStored(entry, record));
  const versions = earlier.map((entry) => earlierVersion(entry, issues, record));
  const stored = storedVersion(issues, record, now);
  return {
    ...{ connection, version, fence, damage },
    versions: stored ? [...versions, stored] : versions,
    failedCalls: ledger.filter(({ outcome }) => outcome !== "issued"),
  };
}

function isStored({ version }: LedgerEntry, record: TokenRecord): boolean {
  return record.token !== null && version === record.version;
}

/** A key that was adopted, without a call to the provider, is in no ledger. */
function storedVersion(
  issues: readonly LedgerEntry[],
  record: TokenRecord,
  now: Date,
): LedgerVersion | null {
  const { token, version } = record;
  if (!token) return null;
  const issue = issues.find((entry) => isStored(entry, record));
  const isOver = token.usableUntil !== null && token.usableUntil <= now;
  const isInDoubt = isDoubted(record);
  return {
    ...{ version, fingerprint: token.fingerprint, issuedAt: token.issuedAt },
    ...{ reason: issue?.reason ?? null, latencyMs: issue?.latencyMs ?? null },
    ...{ usableUntil: token.usableUntil, expiresAt: token.expiresAt },
    end: isInDoubt ? "doubted" : isOver ? "expired" : "in-use",
    endedAt: isInDoubt ? record.doubtedAt : isOver ? token.usableUntil : null,
  };
}

function earlierVersion(
  { version, fingerprint, at, reason, latencyMs }: LedgerEntry,
  issues: readonly LedgerEntry[],
  record: TokenRecord,
): LedgerVersion {
  const successor = issues.find((entry) => entry.version === version + 1);
  const isFollowed = record.version > version;
  return {
    ...{ version, fingerprint, issuedAt: at, reason, latencyMs },
    ...{ usableUntil: null, expiresAt: null },
    end: successor ? endBy[successor.reason] : isFollowed ? "replaced" : "removed",
    endedAt: successor?.at ?? null,
  };
}

/** By why its successor was requested. */
const endBy: Readonly<Record<LedgerEntry["reason"], VersionEnd>> = {
  cold: "removed",
  expired: "expired",
  scheduled: "renewed",
  rejected: "rejected",
  validity: "renewed",
  takeover: "doubted",
  consent: "replaced",
};
