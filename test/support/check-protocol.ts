import type { VendAnswer } from "../../functions/http/contract.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import type { JournalEntry } from "../../local/simulators/kit/journal.ts";
import { fingerprintOf } from "../../local/simulators/kit/journal.ts";
import { checkTransitions } from "./check-transitions.ts";
import type { ProxiedRequest } from "./stack-faulty-proxy.ts";
import type { GrantedLease, Write } from "./write-history.ts";
import { historyOf, leasesIn, tableWrites } from "./write-history.ts";

/** A vended credential, and when it was requested. */
export interface ObservedVend {
  readonly askedAt: number;
  readonly answer: VendAnswer;
}

/** Everything that is known of one connection: from its provider, its table, its log and its callers. */
export interface Evidence {
  readonly connection: string;
  /** The connection's revocation scope at the provider. */
  readonly revocationScope: string;
  readonly journal: readonly JournalEntry[];
  readonly tablePassed: readonly ProxiedRequest[];
  /** The connection's requests to the provider. */
  readonly calls: readonly ProxiedRequest[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly vended: readonly ObservedVend[];
}

/** A token that the provider issued, and the lease under which it was requested. */
interface Issue {
  readonly fingerprint: string;
  readonly entry: JournalEntry;
  readonly lease: GrantedLease | undefined;
  /** Whether the token is in the record's history or in the log. */
  readonly isAccounted: boolean;
}

/** Checks the promises against the evidence. Returns a line for each promise that was broken. */
export function checkProtocol(evidence: Evidence): string[] {
  const history = historyOf(evidence.tablePassed, evidence.connection);
  const leases = leasesIn(history);
  const issues = issuesOf(evidence, history, leases);
  const broken = [
    ...checkOneIssueEach(issues),
    ...checkOverlaps(evidence.calls, leases),
    ...issues.flatMap((issue) => checkIssue(issue, issues, history)),
    ...checkCommits(evidence, history),
    ...evidence.vended.flatMap((seen) => checkVended(seen, history, issues, evidence.journal)),
  ];
  return [
    ...checkTransitions(tableWrites(evidence.tablePassed)),
    ...broken.map((what) => `${evidence.connection}: ${what}`),
  ];
}

/** P1, P13: at most one issue per lease, according to the provider's journal. */
function checkOneIssueEach(issues: readonly Issue[]): string[] {
  const broken: string[] = [];
  for (const [fence, group] of Map.groupBy(issues, ({ lease }) => lease?.fence)) {
    if (fence === undefined) broken.push(`P1: ${group.length} issued without a lease`);
    else if (group.length > 1) broken.push(`P1: ${group.length} issued under lease ${fence}`);
  }
  return broken;
}

/** P1: two concurrent calls are only allowed if the first one's lease had ended. */
function checkOverlaps(
  calls: readonly ProxiedRequest[],
  leases: readonly GrantedLease[],
): string[] {
  const inOrder = calls.toSorted((a, b) => a.begunAt - b.begunAt);
  return inOrder.slice(1).flatMap((call, index) => {
    const earlier = inOrder.slice(0, index + 1).filter(({ endedAt }) => endedAt > call.begunAt);
    const isExcused = (other: ProxiedRequest) =>
      leases.some(({ at, before }) => before?.lease && at > other.begunAt && at <= call.begunAt);
    return earlier.every(isExcused) ? [] : ["P1: two calls at once, and no lease had ended"];
  });
}

/**
 * P4: no known token is revoked early without a cause, unless the issue took effect after its lease. P6: an issue that
 * nobody knows of is reported as suspect.
 */
function checkIssue(
  { entry, lease, isAccounted, fingerprint }: Issue,
  issues: readonly Issue[],
  history: readonly Write[],
): string[] {
  if (!lease) return [];
  const end = endOf(lease, history);
  const isInTime = !end || entry.at <= end.at;
  const isCaused = lease.reason === "rejected" || lease.reason === "takeover";
  const revoked = issues.filter((other) => entry.revoked?.includes(other.fingerprint));
  const isLoss = revoked.some((other) => other.isAccounted);
  const broken: string[] = [];
  if (entry.early && isLoss && isInTime && !isCaused) {
    broken.push(`P4: ${fingerprint} was issued early, for the reason ${lease.reason}`);
  }
  const isNamed = !end || end.use === "lease" || isDoubtNamed(end.after);
  if (!isAccounted && !isNamed) {
    broken.push(`P6: ${fingerprint} was issued under lease ${lease.fence} and dropped silently`);
  }
  return broken;
}

/** Where there was no token, there is nothing to doubt: the failure says that one may exist. */
function isDoubtNamed(after: TokenRecord): boolean {
  return after.token ? isDoubted(after) : after.failure !== null;
}

/** The write that ended a lease: an outcome, or the next lease. Undefined if it has not ended. */
function endOf({ fence }: GrantedLease, history: readonly Write[]): Write | undefined {
  return history.find(
    ({ before, after }) =>
      before?.lease && before.fence === fence && (!after.lease || after.fence > fence),
  );
}

/** P7, P13: the provider has issued every token that is stored or logged as issued. */
function checkCommits(
  { journal, events, connection }: Evidence,
  history: readonly Write[],
): string[] {
  const issued = new Set(
    journal.filter(({ kind }) => kind === "issue").map(({ fingerprint }) => fingerprint),
  );
  const stored = history.flatMap(({ after }) => after.token?.fingerprint ?? []);
  const logged = events.filter((event) => event["connection"] === connection && isOfAToken(event));
  const named = new Set([...stored, ...logged.map(({ fingerprint }) => String(fingerprint))]);
  return [...named].filter((each) => !issued.has(each)).map((each) => `P13: nobody issued ${each}`);
}

/** P4, P7: stored before it was vended, and valid unless a rejection or an unknown outcome has revoked it. */
function checkVended(
  { askedAt, answer }: ObservedVend,
  history: readonly Write[],
  issues: readonly Issue[],
  journal: readonly JournalEntry[],
): string[] {
  const { fingerprint, version, usableUntil } = answer;
  const stored = history.find(({ after }) => after.token?.fingerprint === fingerprint);
  if (!stored || stored.after.version !== version) {
    return [`P7: version ${version} was vended and never stored`];
  }
  if (usableUntil && Date.parse(usableUntil) <= askedAt) {
    return [`P4: version ${version} was vended past its end`];
  }
  const revocation = journal.find(
    (entry) => entry.kind === "revoke" && entry.fingerprint === fingerprint,
  );
  if (!revocation || revocation.at > askedAt) return [];
  const revokingIssue = issues.find(({ entry }) => entry.revoked?.includes(fingerprint));
  const isCaused =
    revokingIssue?.lease?.reason === "rejected" || revokingIssue?.lease?.reason === "takeover";
  const isExcused =
    !revokingIssue?.isAccounted || (isCaused && askedAt - revocation.at <= maxCacheMs);
  return isExcused
    ? []
    : [`P4: version ${version} was vended ${askedAt - revocation.at} ms after we revoked it`];
}

/** How long a process caches a credential (functions/vending/credential-cache.ts). */
const maxCacheMs = 30_000;

function issuesOf(
  evidence: Evidence,
  history: readonly Write[],
  leases: readonly GrantedLease[],
): Issue[] {
  const owners = new Map<string, string>();
  for (const { after } of history)
    if (after.token) owners.set(after.token.fingerprint, after.token.committedBy);
  for (const event of evidence.events) {
    if (event["connection"] === evidence.connection && isOfAToken(event)) {
      owners.set(String(event["fingerprint"]), String(event["owner"]));
    }
  }
  const entries = evidence.journal.filter(
    ({ kind, revocationScope, foreign, repeated }) =>
      kind === "issue" && revocationScope === evidence.revocationScope && !foreign && !repeated,
  );
  return entries.map((entry) => {
    const { fingerprint = "" } = entry;
    const owner = owners.get(fingerprint);
    const isAccounted = owner !== undefined;
    // The time at which the request was sent counts, because it may have been delayed.
    const at =
      evidence.calls.find((call) => isAnsweredWith(call, fingerprint))?.begunAt ?? entry.at;
    const lease = isAccounted
      ? leases.find((granted) => granted.owner === owner && granted.at <= at)
      : leases.findLast((granted) => granted.at <= at);
    return { fingerprint, entry, lease, isAccounted };
  });
}

function isOfAToken({ event }: Readonly<Record<string, unknown>>): boolean {
  return event === "token-issued" || event === "late-issue";
}

function isAnsweredWith({ answer }: ProxiedRequest, fingerprint: string): boolean {
  const [, token] = /"access_token":"([^"]+)"/.exec(answer?.content.toString() ?? "") ?? [];
  return token !== undefined && fingerprintOf(token) === fingerprint;
}
