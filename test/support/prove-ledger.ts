import type { LedgerEntry, TokenRecord } from "../../functions/model/token-record.ts";

/** A log line of a renewal: `token-issued`, `issue-failed` or `late-issue`. */
type Line = Readonly<Record<string, unknown>>;

/** One renewal, from the log or the record; `at` is when its outcome was known. */
type Entry = Pick<LedgerEntry, "fence" | "version" | "reason" | "fingerprint"> & {
  readonly at: number;
  readonly isIssued: boolean;
  readonly isLate: boolean;
  readonly hasCalled: boolean;
};

/** What log and record prove about one connection, without the provider. */
export interface Proof {
  /** Tokens that were committed, by version. */
  readonly issued: ReadonlyMap<number, string>;
  /** Tokens that came too late and were never vended. */
  readonly late: ReadonlySet<string>;
  /** Leases with an unknown outcome: each may have issued one token that nobody has seen. */
  readonly unknown: readonly number[];
  /** Versions that were committed but not logged: their holders died in between. */
  readonly unlogged: readonly number[];
  /** The rules that do not hold; empty if nothing was issued twice. */
  readonly broken: readonly string[];
}

interface LedgerData {
  readonly entries: readonly Entry[];
  readonly issued: readonly Entry[];
  readonly record: TokenRecord;
  /** Lifetime of a token, for providers where a new token revokes the old one. */
  readonly lifetimeMs: number;
}

/** The rules of docs/operations.md, with its wording and in its order. Each returns the exceptions. */
export const ledgerRules: Readonly<Record<string, (data: LedgerData) => readonly unknown[]>> = {
  "each version has one fingerprint": ({ issued }) =>
    repeated(
      issued,
      ({ version }) => version,
      ({ fingerprint }) => fingerprint,
    ),
  "each fence has issued one fingerprint": ({ entries }) =>
    repeated(
      entries.filter(({ fingerprint }) => fingerprint),
      ({ fence }) => fence,
      ({ fingerprint }) => fingerprint,
    ),
  "later versions have later fences": ({ issued }) =>
    issued.filter(({ version }, at) => version < (issued[at - 1]?.version ?? 0)),
  "a version without an event has a fence without one, or with a `late-issue`": (data) =>
    missingVersions(data).filter(([, fences]) => fences.length === 0),
  "after a fence without an event comes a takeover or a consent, or a version is missing there": (
    data,
  ) => {
    const explained = new Set(missingVersions(data).flatMap(([, fences]) => fences));
    return missingFences(data).filter((fence) => {
      const next = data.entries.find((entry) => entry.fence > fence && !entry.isLate);
      const isNamed = next?.reason === "takeover" || next?.reason === "consent";
      return next && !isNamed && !explained.has(fence);
    });
  },
  "no token is issued before its predecessor has expired, except with the reason `rejected` or `takeover`":
    ({ issued, lifetimeMs }) =>
      issued.filter(({ at, reason }, index) => {
        const before = issued[index - 1];
        return (
          before && at - before.at < lifetimeMs && reason !== "rejected" && reason !== "takeover"
        );
      }),
};

/** Proves from a realm's log and a connection's record that nothing was issued twice. */
export function proveLedger(record: TokenRecord, log: readonly Line[], lifetimeMs: number): Proof {
  const lines = log.filter(
    ({ connection, event }) => connection === record.connection && isOutcome(event),
  );
  const entries = [...lines.map(entryOf), ...record.ledger.map(entryOfRecord)].toSorted(
    (a, b) => a.fence - b.fence || a.at - b.at,
  );
  const issued = withoutDuplicates(entries.filter(({ isIssued }) => isIssued));
  const data = { entries, issued, record, lifetimeMs };
  const broken = Object.entries(ledgerRules).flatMap(([rule, exceptions]) =>
    exceptions(data).map((where) => `${record.connection}: ${rule}: ${JSON.stringify(where)}`),
  );
  const isLate = (version: number) =>
    entries.some((entry) => entry.isLate && entry.version === version);
  const failed = entries
    .filter((entry) => !entry.fingerprint && entry.hasCalled)
    .map(({ fence }) => fence);
  return {
    issued: new Map(issued.map(({ version, fingerprint }) => [version, String(fingerprint)])),
    late: new Set(
      entries.filter(({ isLate }) => isLate).map(({ fingerprint }) => String(fingerprint)),
    ),
    unknown: [...new Set([...failed, ...missingFences(data)])],
    unlogged: missingVersions(data).flatMap(([version]) => (isLate(version) ? [] : [version])),
    broken,
  };
}

function isOutcome(event: unknown): boolean {
  return event === "token-issued" || event === "issue-failed" || event === "late-issue";
}

function entryOf(line: Line): Entry {
  const { at, fence, version, reason, fingerprint, latencyMs } = line as unknown as LedgerEntry;
  return {
    at: Date.parse(String(at)),
    fence,
    version,
    reason,
    fingerprint,
    isIssued: line["event"] === "token-issued",
    isLate: line["event"] === "late-issue",
    hasCalled: latencyMs > 0,
  };
}

/** The record's ledger also has renewals whose holder died before logging them. */
function entryOfRecord({
  at,
  fence,
  version,
  reason,
  fingerprint,
  outcome,
  latencyMs,
}: LedgerEntry): Entry {
  const isIssued = outcome === "issued";
  return {
    at: Number(at),
    fence,
    version,
    reason,
    fingerprint,
    isIssued,
    isLate: outcome === "late",
    hasCalled: latencyMs > 0,
  };
}

function withoutDuplicates(entries: readonly Entry[]): Entry[] {
  return entries.filter(
    ({ fence, fingerprint }, at) =>
      entries.findIndex((other) => other.fence === fence && other.fingerprint === fingerprint) ===
      at,
  );
}

/** Leases without an entry, because the holder or its log line was lost. */
function missingFences({ entries, record }: Pick<LedgerData, "entries" | "record">): number[] {
  return numbersTo(record.fence).filter((fence) => !entries.some((entry) => entry.fence === fence));
}

/**
 * Versions without a `token-issued` line, each with the fences that may have issued them: the holder died between
 * commit and log, or was suspended for so long that it took its own token for a late one.
 */
function missingVersions(data: LedgerData): [version: number, fences: number[]][] {
  const { entries, issued, record } = data;
  const missing = numbersTo(record.version).filter(
    (version) => !issued.some((entry) => entry.version === version),
  );
  return missing.map((version) => {
    const after = issued.findLast((entry) => entry.version < version)?.fence ?? 0;
    const before = issued.find((entry) => entry.version > version)?.fence ?? record.fence + 1;
    const late = entries.filter((entry) => entry.isLate && entry.version === version);
    const fences = [...missingFences(data), ...late.map(({ fence }) => fence)];
    return [version, fences.filter((fence) => after < fence && fence < before)];
  });
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** The keys with more than one value. */
function repeated(
  entries: readonly Entry[],
  key: (entry: Entry) => number,
  value: (entry: Entry) => unknown,
): number[] {
  const groups = [...Map.groupBy(entries, key)];
  return groups.filter(([, group]) => new Set(group.map(value)).size > 1).map(([number]) => number);
}
