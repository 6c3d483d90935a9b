import type { InFlightRequests } from "./in-flight-requests.ts";
import type { JournalEntry } from "./journal.ts";

/** What the provider has counted. Issues by another issuer are in the journal, but not counted here. */
export interface Counters {
  issues(revocationScope?: string): number;
  issuesPerRevocationScope(): Record<string, number>;
  /** Issues that revoked a token of ours which had neither expired nor been refused. */
  earlyIssues(revocationScope?: string): number;
  /** Early issues that are not explained by a lost answer. */
  unexcusedEarlyIssues(revocationScope?: string): number;
  uses(): number;
  usesRefused(status?: number): number;
  credentialsRefused(): number;
  maxInFlight(revocationScope?: string): number;
}

export function createCounters(
  entries: readonly JournalEntry[],
  inFlight: InFlightRequests,
): Counters {
  const ofKind = (kind: JournalEntry["kind"]) => entries.filter((entry) => entry.kind === kind);
  const issues = (revocationScope?: string) =>
    ofKind("issue").filter(
      (entry) =>
        !entry.foreign && (revocationScope ?? entry.revocationScope) === entry.revocationScope,
    );
  const isUndelivered = (fingerprint: string) =>
    ofKind("undelivered").some((entry) => entry.fingerprint === fingerprint);
  const earlyIssues = (revocationScope?: string) =>
    issues(revocationScope).filter((entry) => entry.early);

  return {
    issues: (revocationScope) => issues(revocationScope).length,
    issuesPerRevocationScope: () =>
      Object.fromEntries(
        [...Map.groupBy(issues(), (entry) => entry.revocationScope ?? "")].map(
          ([revocationScope, group]) => [revocationScope, group.length],
        ),
      ),
    earlyIssues: (revocationScope) => earlyIssues(revocationScope).length,
    unexcusedEarlyIssues: (revocationScope) =>
      earlyIssues(revocationScope).filter(({ revoked = [] }) => !revoked.every(isUndelivered))
        .length,
    uses: () => ofKind("use").length,
    usesRefused: (status) =>
      ofKind("refuse-use").filter((entry) => (status ?? entry.status) === entry.status).length,
    credentialsRefused: () => ofKind("refuse-credentials").length,
    maxInFlight: (revocationScope) => inFlight.max(revocationScope),
  };
}
