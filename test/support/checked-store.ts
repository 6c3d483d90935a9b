import { isDeepStrictEqual } from "node:util";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type {
  Commit,
  FailedRenewal,
  HeldLease,
  TokenStore,
} from "../../functions/model/token-store.ts";

type Part = Partial<TokenRecord>;

/**
 * The store, which says what it was given and did not store, or stored and was not given; not while it repeats what is
 * known to be right.
 */
export function checkedStore(
  store: TokenStore,
  wrong: (what: string) => void,
  isRepeating: () => boolean,
): TokenStore {
  /** What each write was given, by the revision that it leaves; a write is repeated with what its sender knows by then. */
  const offered = new Map<string, Part[]>();
  const offer = (revision: string, given: Part) =>
    offered.set(revision, [...(offered.get(revision) ?? []), given]);
  const compare = (what: string, record: TokenRecord | null, revision: string) => {
    // After a write that was repeated, somebody else's may stand there.
    if (!record || isRepeating() || revisionOf(record) !== revision) return;
    const differences = (offered.get(revision) ?? []).map((given) => differenceOf(record, given));
    if (differences.length > 0 && !differences.includes(null)) {
      wrong(`a ${what} stores another ${differences.at(-1)}`);
    }
  };
  /** An outcome, offered each time it is computed. */
  const offering =
    <Outcome>(
      { lease }: HeldLease,
      outcomeOf: (current: TokenRecord) => Outcome,
      partOf: (current: TokenRecord, outcome: Outcome) => Part,
    ) =>
    (current: TokenRecord) => {
      const outcome = outcomeOf(current);
      offer(endOf(lease), partOf(current, outcome));
      return outcome;
    };
  return {
    ...store,
    async takeLease(connection, seen, intent, signal) {
      const taken = await store.takeLease(connection, seen, intent, signal);
      const kept = seen && { consent: seen.consent, failure: seen.failure };
      offer(intent.lease.owner, { ...kept, ...intent });
      if (taken.held) compare("lease", taken.held.record, intent.lease.owner);
      return taken;
    },
    async commit(held, commitOf, signal) {
      const record = await store.commit(held, offering(held, commitOf, committed), signal);
      compare("commit", record, endOf(held.lease));
      return record;
    },
    async fail(held, failedOf, signal) {
      const record = await store.fail(held, offering(held, failedOf, failedWith), signal);
      compare("failure", record, endOf(held.lease));
      return record;
    },
  };
}

/** The first attribute of the record that is not what was given. */
function differenceOf(record: TokenRecord, given: Part): string | null {
  // Not stored, but found out by the reader.
  const { wornOutAt: _, ...lease } = record.lease ?? {};
  const stored = { ...record, lease: record.lease && lease };
  const wrong = Object.entries(given).find(
    ([name, value]) => !isSame(stored[name as keyof TokenRecord], value),
  );
  return wrong?.[0] ?? null;
}

/** A commit without a consent leaves the one that is stored. */
function committed({ consent }: TokenRecord, commit: Commit): Part {
  // A key is confirmed by its whole record; of that, these are stored.
  const { token, failure, version, doubtedAt, rejections } = commit;
  const { revocationScope, typicalRenewalMs, ledger } = commit;
  return {
    ...{ token, failure, version, doubtedAt, rejections },
    ...{ revocationScope, typicalRenewalMs, ledger, lease: null },
    consent: commit.consent ?? consent,
  };
}

function failedWith(current: TokenRecord, failed: FailedRenewal): Part {
  const { doubtedAt, revocationScope, ledger, isConsentOver, isTokenDead } = failed;
  const { consent } = current;
  return {
    ...{ doubtedAt, revocationScope, ledger, lease: null },
    failure: failed.failure ?? current.failure,
    // The schedule may be pruned at any time, and no revision tells so.
    ...(isTokenDead ? { token: null } : {}),
    consent: isConsentOver && consent ? { ...consent, refresh: null } : consent,
  };
}

/** Each revision is named after the one write that makes it. */
const endOf = ({ owner }: { readonly owner: string }) => `${owner}.end`;

function revisionOf({ revision }: TokenRecord): string | undefined {
  const { opaque } = revision as { readonly opaque: Record<string, { readonly S?: string }> };
  return opaque["revision"]?.S;
}

/** Most of what is compared reads the same, and need not be taken apart. */
function isSame(stored: unknown, given: unknown): boolean {
  const texts = [stored, given].map((value) => JSON.stringify(value ?? null));
  return texts[0] === texts[1] || isDeepStrictEqual(plain(stored), plain(given));
}

/** Levels are stored to four places. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (_, part) =>
    typeof part === "number" ? part.toFixed(4) : part,
  );
}
