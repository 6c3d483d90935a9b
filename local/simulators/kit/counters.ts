import type { InFlightRequests } from "./in-flight-requests.ts";
import type { JournalEntry } from "./journal.ts";

/** The oracle's figures. Someone else's issues are in the journal but are not counted here. */
export interface Counters {
  issues(scope?: string): number;
  issuesPerRevocationScope(): Record<string, number>;
  /** Issues that killed a token of ours which was neither expired nor refused. */
  earlyIssues(scope?: string): number;
  /** Early issues that a lost answer does not explain. */
  unexcusedEarlyIssues(scope?: string): number;
  uses(): number;
  usesRefused(status?: number): number;
  credentialsRefused(): number;
  maxInFlight(scope?: string): number;
}

export function createCounters(
  entries: readonly JournalEntry[],
  inFlight: InFlightRequests,
): Counters {
  const ofKind = (kind: JournalEntry["kind"]) => entries.filter((entry) => entry.kind === kind);
  const issues = (scope?: string) =>
    ofKind("issue").filter(
      (entry) => !entry.foreign && (scope ?? entry.revocationScope) === entry.revocationScope,
    );
  const isUndelivered = (fingerprint: string) =>
    ofKind("undelivered").some((entry) => entry.fingerprint === fingerprint);
  const earlyIssues = (scope?: string) => issues(scope).filter((entry) => entry.early);

  return {
    issues: (scope) => issues(scope).length,
    issuesPerRevocationScope: () =>
      Object.fromEntries(
        [...Map.groupBy(issues(), (entry) => entry.revocationScope ?? "")].map(([scope, group]) => [
          scope,
          group.length,
        ]),
      ),
    earlyIssues: (scope) => earlyIssues(scope).length,
    unexcusedEarlyIssues: (scope) =>
      earlyIssues(scope).filter(({ revoked = [] }) => !revoked.every(isUndelivered)).length,
    uses: () => ofKind("use").length,
    usesRefused: (status) =>
      ofKind("refuse-use").filter((entry) => (status ?? entry.status) === entry.status).length,
    credentialsRefused: () => ofKind("refuse-credentials").length,
    maxInFlight: (scope) => inFlight.highest(scope),
  };
}
