import type { VendAnswer } from "../../functions/http/contract.ts";
import type { JournalEntry } from "../../local/simulators/kit/journal.ts";
import { fingerprintOf } from "../../local/simulators/kit/journal.ts";
import type { Passing } from "./stack-faulty-proxy.ts";
import type { Granted, Write } from "./write-history.ts";
import { historyOf, leasesIn } from "./write-history.ts";

/** What a caller was vended, and when it asked. */
export interface Observed {
  readonly askedAt: number;
  readonly answer: VendAnswer;
}

/** All that is known of one connection: by its provider, by its table, by its log, by its callers. */
export interface Evidence {
  readonly connection: string;
  /** The provider's name for what a new token revokes. */
  readonly scope: string;
  readonly journal: readonly JournalEntry[];
  readonly tablePassed: readonly Passing[];
  /** Its calls to the provider. */
  readonly calls: readonly Passing[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly vended: readonly Observed[];
}

/** A token that the provider issued, and the lease under which that was. */
interface Issue {
  readonly fingerprint: string;
  readonly entry: JournalEntry;
  readonly lease: Granted | undefined;
  /** Its token is in the record's history or in the log. */
  readonly isAccounted: boolean;
}

/** The promises, asked of what really happened; empty when all were kept. Each line says which was not, and where. */
export function checkProtocol(evidence: Evidence): string[] {
  const history = historyOf(evidence.tablePassed, evidence.connection);
  const leases = leasesIn(history);
  const issues = issuesOf(evidence, history, leases);
  const broken = [
    ...history.flatMap(checkWrite),
    ...leases.flatMap(checkGrant),
    ...checkOneIssueEach(issues),
    ...checkOverlaps(evidence.calls, leases),
    ...issues.flatMap((issue) => checkIssue(issue, issues, history)),
    ...checkCommits(evidence, history),
    ...evidence.vended.flatMap((seen) => checkVended(seen, history, issues, evidence.journal)),
  ];
  return broken.map((what) => `${evidence.connection}: ${what}`);
}

/** P2: fences and versions only grow, each by the write that may, and for its holder alone. */
function checkWrite({ use, before, after }: Write): string[] {
  const { fence, version, token, lease } = before ?? nothing;
  if (!after) return version > 0 ? ["a record that had tokens was removed"] : [];
  const isNew = after.token?.fingerprint !== token?.fingerprint;
  const isHolders = use === "commit" && lease !== null && after.token?.fence === fence;
  const rules: [isKept: boolean, otherwise: string][] = [
    [
      after.fence === fence + Number(use === "lease"),
      `took the fence from ${fence} to ${after.fence}`,
    ],
    [
      after.version === version + Number(isNew),
      `took the version from ${version} to ${after.version}`,
    ],
    [isHolders || !isNew, `changed the token without being the holder of lease ${fence}`],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, otherwise]) => `P2: ${use} ${otherwise}`);
}

const nothing = { fence: 0, version: 0, token: null, lease: null };

/** P1, P3: a lease is granted where there is none, or where the last one has ended. */
function checkGrant({ fence, since, before }: Granted): string[] {
  const last = before?.lease;
  if (!last || last.until < since) return [];
  return [`P1: lease ${fence} was granted while lease ${before.fence} was alive`];
}

/** P1, P13: the ledger is the provider's own journal, lease by lease. */
function checkOneIssueEach(issues: readonly Issue[]): string[] {
  const broken: string[] = [];
  for (const [fence, group] of Map.groupBy(issues, ({ lease }) => lease?.fence)) {
    if (fence === undefined) broken.push(`P1: ${group.length} issued without a lease`);
    else if (group.length > 1) broken.push(`P1: ${group.length} issued under lease ${fence}`);
  }
  return broken;
}

/** P1: two calls at once need a lease that ended before its holder did. */
function checkOverlaps(calls: readonly Passing[], leases: readonly Granted[]): string[] {
  const inOrder = calls.toSorted((a, b) => a.begunAt - b.begunAt);
  return inOrder.slice(1).flatMap((call, index) => {
    const earlier = inOrder.slice(0, index + 1).filter(({ endedAt }) => endedAt > call.begunAt);
    const isExcused = (other: Passing) =>
      leases.some(({ at, before }) => before?.lease && at > other.begunAt && at <= call.begunAt);
    return earlier.every(isExcused) ? [] : ["P1: two calls at once, and no lease had ended"];
  });
}

/**
 * P4, P6: nothing that anybody holds is killed early without a cause, but by what took effect after its lease; what
 * nobody knows of is named.
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
  const killed = issues.filter((other) => entry.revoked?.includes(other.fingerprint));
  const isLoss = killed.some((other) => other.isAccounted);
  const broken: string[] = [];
  if (entry.early && isLoss && isInTime && !isCaused) {
    broken.push(`P4: ${fingerprint} was issued early, for the reason ${lease.reason}`);
  }
  const isNamed = !end || end.use === "lease" || end.after?.suspect === true;
  if (!isAccounted && !isNamed) {
    broken.push(`P6: ${fingerprint} was issued under lease ${lease.fence} and dropped silently`);
  }
  return broken;
}

/** What ended a lease: an outcome, or the next holder. Undefined while it stands. */
function endOf({ fence }: Granted, history: readonly Write[]): Write | undefined {
  return history.find(
    ({ before, after }) =>
      before?.lease && before.fence === fence && (!after?.lease || after.fence > fence),
  );
}

/** P7, P13: whatever is stored or logged as issued, the provider did issue. */
function checkCommits(
  { journal, events, connection }: Evidence,
  history: readonly Write[],
): string[] {
  const issued = new Set(
    journal.filter(({ kind }) => kind === "issue").map(({ fingerprint }) => fingerprint),
  );
  const stored = history.flatMap(({ after }) => after?.token?.fingerprint ?? []);
  const logged = events.filter((event) => event["connection"] === connection && isOfAToken(event));
  const named = new Set([...stored, ...logged.map(({ fingerprint }) => String(fingerprint))]);
  return [...named].filter((each) => !issued.has(each)).map((each) => `P13: nobody issued ${each}`);
}

/** P4, P7: stored before it was vended, and alive unless a rejection or an unknown outcome has killed it. */
function checkVended(
  { askedAt, answer }: Observed,
  history: readonly Write[],
  issues: readonly Issue[],
  journal: readonly JournalEntry[],
): string[] {
  const { fingerprint, version, usableUntil } = answer;
  const stored = history.find(({ after }) => after?.token?.fingerprint === fingerprint);
  if (!stored || stored.after?.version !== version) {
    return [`P7: version ${version} was vended and never stored`];
  }
  if (usableUntil && Date.parse(usableUntil) <= askedAt) {
    return [`P4: version ${version} was vended past its end`];
  }
  const death = journal.find(
    (entry) => entry.kind === "revoke" && entry.fingerprint === fingerprint,
  );
  if (!death || death.at > askedAt) return [];
  const killer = issues.find(({ entry }) => entry.revoked?.includes(fingerprint));
  const isCaused = killer?.lease?.reason === "rejected" || killer?.lease?.reason === "takeover";
  const isExcused = !killer?.isAccounted || (isCaused && askedAt - death.at <= longestMemoryMs);
  return isExcused
    ? []
    : [`P4: version ${version} was vended ${askedAt - death.at} ms after we killed it`];
}

/** A process believes what it last read for so long (functions/vending/credential-cache.ts). */
const longestMemoryMs = 30_000;

function issuesOf(
  evidence: Evidence,
  history: readonly Write[],
  leases: readonly Granted[],
): Issue[] {
  const fences = new Map<string, number>();
  for (const { after } of history)
    if (after?.token) fences.set(after.token.fingerprint, after.token.fence);
  for (const event of evidence.events) {
    if (event["connection"] === evidence.connection && isOfAToken(event)) {
      fences.set(String(event["fingerprint"]), Number(event["fence"]));
    }
  }
  const entries = evidence.journal.filter(
    ({ kind, revocationScope, foreign, repeated }) =>
      kind === "issue" && revocationScope === evidence.scope && !foreign && !repeated,
  );
  return entries.map((entry) => {
    const { fingerprint = "" } = entry;
    const fence = fences.get(fingerprint);
    const isAccounted = fence !== undefined;
    // A request may have been on its way for long: what counts is when it was sent.
    const at =
      evidence.calls.find((call) => isAnsweredWith(call, fingerprint))?.begunAt ?? entry.at;
    const lease = isAccounted
      ? leases.find((granted) => granted.fence === fence && granted.at <= at)
      : leases.findLast((granted) => granted.at <= at);
    return { fingerprint, entry, lease, isAccounted };
  });
}

function isOfAToken({ event }: Readonly<Record<string, unknown>>): boolean {
  return event === "token-issued" || event === "late-issue";
}

function isAnsweredWith({ answer }: Passing, fingerprint: string): boolean {
  const [, token] = /"access_token":"([^"]+)"/.exec(answer?.content.toString() ?? "") ?? [];
  return token !== undefined && fingerprintOf(token) === fingerprint;
}
