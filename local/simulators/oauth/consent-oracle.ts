import type { JournalEntry } from "../kit/journal.ts";

/** Counts misuse of codes, states and rotated refresh tokens, which must never happen. */
export interface ConsentOracle {
  consents(): number;
  redeems(): number;
  refreshes(): number;
  /** Codes presented again after the answer to the first request had arrived. */
  codesReplayed(): number;
  /** Refresh tokens presented again after their successor had arrived. */
  refreshTokensReused(): number;
  /** Authorization requests with a state that was used before. */
  statesRepeated(): number;
}

export function createConsentOracle(entries: readonly JournalEntry[]): ConsentOracle {
  const ofKind = (kind: JournalEntry["kind"]) => entries.filter((entry) => entry.kind === kind);
  const hasArrived = ({ issued }: JournalEntry) =>
    !ofKind("undelivered").some(({ fingerprint }) => fingerprint === issued);

  /** Counts repeated use of what had been used up by a request whose answer arrived. */
  function presentedAgain(usesUp: (entry: JournalEntry) => boolean): number {
    return entries.filter(
      (entry, at) =>
        ["redeem", "refresh", "refuse-grant"].includes(entry.kind) &&
        entries
          .slice(0, at)
          .some(
            (earlier) =>
              usesUp(earlier) && earlier.fingerprint === entry.fingerprint && hasArrived(earlier),
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
