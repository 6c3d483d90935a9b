import type { Connection } from "../model/connection.ts";
import type { ConsentDetails } from "../model/consent.ts";
import { problemCodes } from "../model/errors.ts";
import type { Freeze } from "../model/freeze.ts";
import type {
  Failure,
  Lease,
  LedgerEntry,
  RejectionLevel,
  StoredConsent,
  StoredRefreshToken,
  StoredToken,
  TokenRecord,
  TokenTerms,
} from "../model/token-record.ts";
import { isDoubted, termsOf } from "../model/token-record.ts";
import type { Item, ReadPart } from "./attributes.ts";
import {
  binaryOf,
  damaged,
  instantOf,
  instantOr,
  levelOf,
  listOf,
  numberOf,
  oneOf,
  optionalInstantOf,
  partReader,
  readFingerprint,
  textOf,
} from "./attributes.ts";
import { recordRevision, revisionOf } from "./conditional-write.ts";
import { layout, refuseNewer } from "./record-attributes.ts";

const epoch = new Date(0);

/**
 * Parses an item. Attributes that cannot be read get harmless values and are named in `damage`; the next commit repairs
 * them. Fails with `internal` for a record that a newer release wrote.
 */
export function readRecord(item: Item): TokenRecord {
  const damage: string[] = [];
  const part = partReader(damage);
  refuseNewer(part(() => (item["layout"] ? numberOf(item, "layout") : layout), layout));
  const isNeverLeased = isFreezeOnly(item);
  const ledger = part(
    () => listOf(item, "ledger").map((entry) => readLedgerEntry(entry.M ?? {})),
    [],
  );
  const consent = readConsent(item, part);
  const token = part(() => (item["sealed"] ? readToken(item, consent, part) : null), null);
  return {
    connection: (item["pk"]?.S ?? "") as Connection,
    revision: revisionOf(item, recordRevision),
    fence: isNeverLeased ? 0 : part(() => numberOf(item, "fence"), 0),
    // A version must never be used twice.
    version: isNeverLeased
      ? 0
      : part(() => numberOf(item, "version"), Math.max(0, ...ledger.map(versionOf))),
    token,
    consent,
    doubtedAt: readDoubt(item, token, part),
    lease: item["leaseOwner"] ? part(() => readLease(item), lostLease) : null,
    failure: part(() => readFailure(item["failure"]?.M), null),
    rejections: part(() => readRejections(item), null),
    revocationScope: item["scope"]?.S ?? null,
    typicalRenewalMs: part(
      () => (item["typicalIssueMs"] ? numberOf(item, "typicalIssueMs") : null),
      null,
    ),
    ledger,
    frozen: readFreeze(item, "connection"),
    damage,
  };
}

/** An operator has frozen a connection that was never used, and may write no number of it. */
function isFreezeOnly({ frozen, fence, layout: written }: Item): boolean {
  return frozen !== undefined && fence === undefined && written === undefined;
}

/** What is shown of an operator's words: one line, whoever wrote it. */
const maxFreezeTextLength = 300;

/**
 * The freeze in a record, or in a realm's row. Any other content than a thaw's is one: what somebody has stopped on
 * purpose must not go on because a word of it is damaged.
 */
export function readFreeze(item: Item, of: Freeze["of"]): Freeze | null {
  const { frozen } = item;
  if (!frozen || frozen.M?.["thawedAt"]) return null;
  const fields = frozen.M ?? {};
  const lineOf = (name: string) =>
    fields[name]?.S?.replaceAll(/\p{Cc}/gu, " ").slice(0, maxFreezeTextLength) || "unknown";
  return { of, by: lineOf("by"), at: instantOr(fields, "at", epoch), reason: lineOf("reason") };
}

/** Replaces a damaged lease, whose owner and end are unknown: it counts as abandoned. */
const lostLease: Lease = { owner: "", since: epoch, until: epoch, reason: "takeover" };

function versionOf({ version }: LedgerEntry): number {
  return version;
}

/** What only the schedule reads costs no token. */
function readToken(item: Item, consent: StoredConsent | null, part: ReadPart): StoredToken {
  const fingerprint = readFingerprint(item, "fingerprint");
  const details = item["tokenDetails"]?.M ?? {};
  const terms: TokenTerms = {
    fingerprint,
    issuedUnder: (item["issuedUnder"]?.S ?? null) as StoredToken["issuedUnder"],
    requestedAt: instantOf(item, "requestedAt"),
    issuedAt: instantOf(item, "issuedAt"),
    usableUntil: optionalInstantOf(item, "usableUntil"),
    expiresAt: optionalInstantOf(item, "expiresAt"),
    secretVersion: textOf(item, "secretVersion"),
    ...(details["of"]?.S === fingerprint && readKept(details, "tokenDetails", part)),
  };
  return {
    ...terms,
    terms: termsOf(terms, consent),
    sealed: binaryOf(item, "sealed"),
    committedBy: item["tokenOwner"]?.S ?? "",
    renewAt: instantOf(item, "renewAt"),
    keepAliveUntil: part(() => optionalInstantOf(item, "keptUntil"), null),
    due: part(() => readDue(item), null),
  };
}

/** Records of the first release have no `dueAt`: they are due at `renewAt`. */
function readDue(item: Item): StoredToken["due"] {
  if (!item["dueRealm"]) return null;
  const [at, until] = item["dueAt"]
    ? (["dueAt", "dueUntil"] as const)
    : (["renewAt", "keptUntil"] as const);
  return { at: instantOf(item, at), until: instantOf(item, until) };
}

/** Releases before 0.2 store only that there is a doubt, without its instant: it concerns the stored token. */
function readDoubt(item: Item, token: StoredToken | null, part: ReadPart): Date | null {
  const doubtedAt = part(() => optionalInstantOf(item, "doubtedAt"), null);
  const isUnexplained = item["suspect"]?.BOOL && !isDoubted({ token, doubtedAt });
  return isUnexplained && token ? token.issuedAt : doubtedAt;
}

function readLease(item: Item): Lease {
  return {
    owner: textOf(item, "leaseOwner"),
    since: instantOf(item, "leaseSince"),
    until: instantOf(item, "leaseUntil"),
    reason: textOf(item, "leaseReason") as Lease["reason"],
  };
}

function readFailure(fields: Item | undefined): Failure | null {
  if (!fields) return null;
  return {
    code: oneOf(problemCodes, fields, "code"),
    detail: textOf(fields, "detail"),
    at: instantOf(fields, "at"),
    count: numberOf(fields, "count"),
    retryAt: instantOf(fields, "retryAt"),
    secretVersion: fields["secretVersion"]?.S ?? null,
    refusedSecretVersion: fields["refusedSecretVersion"]?.S ?? null,
  };
}

/** Releases before 0.2 store a list of the rejections of the last ten minutes. */
function readRejections(item: Item): RejectionLevel | null {
  if (item["rejectionLevel"]) {
    return { level: levelOf(item, "rejectionLevel"), at: instantOf(item, "rejectionLevelAt") };
  }
  const instants = listOf(item, "rejectionsAt").map((rejectionsAt) =>
    instantOf({ rejectionsAt }, "rejectionsAt"),
  );
  const latest = instants.at(-1);
  return latest ? { level: instants.length, at: latest } : null;
}

function readLedgerEntry(fields: Item): LedgerEntry {
  return {
    at: instantOf(fields, "at"),
    fence: numberOf(fields, "fence"),
    owner: fields["owner"]?.S ?? "",
    version: numberOf(fields, "version"),
    reason: textOf(fields, "reason") as LedgerEntry["reason"],
    latencyMs: numberOf(fields, "latencyMs"),
    fingerprint: fields["fingerprint"]?.S ?? null,
    outcome: textOf(fields, "outcome") as LedgerEntry["outcome"],
  };
}

function readRefreshToken(item: Item, part: ReadPart): StoredRefreshToken {
  return {
    sealed: binaryOf(item, "sealedRefresh"),
    version: numberOf(item, "refreshVersion"),
    fingerprint: textOf(item, "refreshFingerprint"),
    endsAt: part(() => optionalInstantOf(item, "refreshEndsAt"), null),
  };
}

/** Null where nobody has consented. A damaged instant does not end a consent. */
function readConsent(item: Item, part: ReadPart): StoredConsent | null {
  if (!item["consentedAt"]) return null;
  const consentedAt = part(() => instantOf(item, "consentedAt"), epoch);
  const details = readDetails(item, consentedAt, part);
  return {
    consentedAt,
    refresh: item["sealedRefresh"] ? part(() => readRefreshToken(item, part), null) : null,
    grantedScope: item["grantedScope"]?.S ?? null,
    subject: item["subject"]?.S ?? null,
    customer: item["customer"]?.S ?? null,
    ...(details && { details }),
  };
}

/** Null for those of an earlier consent. What cannot be read of them counts as unknown. */
function readDetails(
  { consentDetails }: Item,
  consentedAt: Date,
  part: ReadPart,
): ConsentDetails | null {
  const fields = consentDetails?.M;
  const isDamaged = consentedAt === epoch;
  if (!fields || (!isDamaged && fields["of"]?.N !== String(consentedAt.getTime()))) return null;
  const known = detailNames.flatMap((name) => {
    const value = fields[name]?.S;
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(known), ...readKept(fields, "consentDetails", part) };
}

/** They are sent in headers: what does not fit one was not written by us. */
function readKept(fields: Item, of: string, part: ReadPart): Pick<ConsentDetails, "attributes"> {
  const stored = Object.entries(fields["attributes"]?.M ?? {});
  const kept = stored.flatMap(([name, { S = "" }]) =>
    fitsHeader.test(S) ? [[name, S] as const] : [],
  );
  part(() => kept.length === stored.length || damaged(of), false);
  return kept.length > 0 ? { attributes: Object.fromEntries(kept) } : {};
}

const fitsHeader = /^[\x20-\x7e]{1,200}$/;
const detailNames = ["withheldScope", "addedScope", "identity", "begunBy"] as const;
