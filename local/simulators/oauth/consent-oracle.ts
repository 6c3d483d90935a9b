import type { JournalEntry } from "../kit/journal.ts";

/** What must never happen with codes, states and rotated refresh tokens (providers O4, O5). */
export interface ConsentOracle {
  consents(): number;
  redeems(): number;
  refreshes(): number;
  /** Codes shown again after their answer had arrived. */
  codesReplayed(): number;
  /** Refresh tokens shown again after their successor had arrived. */
  refreshTokensReused(): number;
  /** Requests to authorize whose state had been seen before. */
  statesRepeated(): number;
}

export function createConsentOracle(entries: readonly JournalEntry[]): ConsentOracle {
  const ofKind = (kind: JournalEntry["kind"]) => entries.filter((entry) => entry.kind === kind);
  const hasArrived = ({ issued }: JournalEntry) =>
    !ofKind("undelivered").some(({ fingerprint }) => fingerprint === issued);

  /** Every later showing of what had been spent, with success that its caller saw. */
  function presentedAgain(isSpending: (entry: JournalEntry) => boolean): number {
    return entries.filter(
      (entry, at) =>
        ["redeem", "refresh", "refuse-grant"].includes(entry.kind) &&
        entries
          .slice(0, at)
          .some(
            (earlier) =>
              isSpending(earlier) &&
              earlier.fingerprint === entry.fingerprint &&
              hasArrived(earlier),
          ),
    ).length;
  }

  return {
    consents: () => ofKind("consent").length,
    redeems: () => ofKind("redeem").length,
    refreshes: () => ofKind("refresh").length,
    codesReplayed: () => presentedAgain(({ kind }) => kind === "redeem"),
    refreshTokensReused: () => presentedAgain(({ successor }) => successor !== undefined),
    statesRepeated() {
      const states = ofKind("authorize").map(({ state }) => state);
      return states.length - new Set(states).size;
    },
  };
}
