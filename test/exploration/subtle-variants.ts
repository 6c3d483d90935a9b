import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { maxClockSkewMs, msBetween, plusMs } from "../../functions/model/clock.ts";
import type { Freeze } from "../../functions/model/freeze.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { Commit } from "../../functions/model/token-store.ts";
import type { Breakage } from "../support/breakage.ts";
import {
  changed,
  endsLease,
  onlyIf,
  removes,
  sets,
  takesLease,
  withIssued,
  withIssuing,
  withStore,
} from "../support/breakage.ts";

/** Mistakes that are easily made and hardly seen, each at the seam where the code has it right. */
export const subtleVariants: Readonly<Record<string, Breakage>> = {
  "a freeze is overlooked": {
    deps: withStore((store) => ({
      realmFreeze: () => null,
      read: async (connection, signal) => {
        const record = await store.read(connection, signal);
        return record && { ...record, frozen: null };
      },
    })),
  },
  "a realm's freeze is read once": {
    deps: withStore((store) => {
      let known: Freeze | null | undefined;
      const realmFreeze = () => {
        if (known === undefined) known = store.realmFreeze();
        return known;
      };
      return { realmFreeze };
    }),
  },
  "a lease leaves the fence as it was": {
    update: (input) => (takesLease(input) ? withValue(input, ":fence", ":seen_fence") : input),
  },
  "a commit asks for nobody's lease, only for the version": {
    update: (input) =>
      endsLease(input) && sets(input, "sealed") ? onlyIf(input, "#version < :version") : input,
  },
  "a lease is taken over before its time": {
    deps: withStore((store) => ({
      read: async (connection, signal) => shortened(await store.read(connection, signal)),
    })),
  },
  "a claim lapses under a live lease": {
    deps: withStore((store) => ({
      claimRevocationScope: async (scope, claim, replace, signal) => {
        const standing = await store.claimRevocationScope(scope, claim, replace, signal);
        return { ...standing, until: new Date(Math.min(Number(standing.until), 1)) };
      },
      read: async (connection, signal) => {
        const record = await store.read(connection, signal);
        return record && { ...record, lease: null };
      },
    })),
  },
  "a claim moves while its owner's holder may still commit": {
    deps: (deps) => {
      let claimant: string | null = null;
      const isAnother = (connection: string) => claimant !== null && connection !== claimant;
      return withStore((store) => ({
        claimRevocationScope: (scope, claim, replace, signal) => {
          claimant = claim.owner;
          return store.claimRevocationScope(scope, claim, replace, signal);
        },
        takeLease: async (connection, seen, intent, signal) =>
          isAnother(connection) && seen
            ? { held: { record: seen, lease: intent.lease } }
            : store.takeLease(connection, seen, intent, signal),
        fail: async (held, failedOf, signal) =>
          isAnother(held.record.connection) ? held.record : store.fail(held, failedOf, signal),
      }))(deps);
    },
  },
  "a claim moves before its time": {
    deps: withStore((store) => ({
      claimRevocationScope: async (scope, claim, replace, signal) => {
        const standing = await store.claimRevocationScope(scope, claim, replace, signal);
        return { ...standing, until: new Date(0) };
      },
    })),
  },
  "a lease counts as ended before its end": {
    deps: withStore((store) => ({
      read: async (connection, signal) => {
        const record = await store.read(connection, signal);
        const { lease = null } = record ?? {};
        if (!record || !lease) return record;
        return { ...record, lease: { ...lease, until: plusMs(lease.until, -2 * maxClockSkewMs) } };
      },
    })),
  },
  "a doubt puts no renewal off": {
    deps: (deps) =>
      withStore((store) => ({
        read: async (connection, signal) => {
          const record = await store.read(connection, signal);
          const { doubtedAt = null } = record ?? {};
          if (!record || !doubtedAt) return record;
          const past = Math.min(Number(doubtedAt), Number(deps.clock.now()) - 1);
          return { ...record, doubtedAt: new Date(past) };
        },
      }))(deps),
  },
  "a token counts as requested when it was received": {
    deps: withStore((store) => ({
      commit: (held, commitOf, signal) => {
        const late = (current: TokenRecord): Commit => {
          const { token } = commitOf(current);
          const requestedAt = token.issuedAt;
          const { doubtedAt } = current;
          const isOver = doubtedAt !== null && doubtedAt < requestedAt;
          return {
            ...commitOf(current),
            token: { ...token, requestedAt },
            doubtedAt: isOver ? null : doubtedAt,
          };
        };
        return store.commit(held, late, signal);
      },
    })),
  },
  "an issue leaves no entry in the ledger": {
    deps: withStore((store) => ({
      commit: (held, commitOf, signal) => {
        const silent = (current: TokenRecord) =>
          changed(commitOf, { ledger: current.ledger })(current);
        return store.commit(held, silent, signal);
      },
    })),
  },
  "a commit knows only what was known with the lease": {
    deps: withStore((store) => ({
      commit: (held, commitOf, signal) => store.commit(held, () => commitOf(held.record), signal),
    })),
  },
  "a failure clears an earlier doubt": {
    deps: withStore((store) => ({
      fail: (held, failedOf, signal) => {
        const forgetful = (current: TokenRecord) => {
          const failed = failedOf(current);
          const isOld = failed.doubtedAt?.getTime() === held.record.doubtedAt?.getTime();
          return { ...failed, doubtedAt: isOld ? null : failed.doubtedAt };
        };
        return store.fail(held, forgetful, signal);
      },
    })),
  },
  "request and answer of an issue change places": {
    deps: withIssued(({ requestedAt, receivedAt, ...issued }) => ({
      ...issued,
      requestedAt: receivedAt,
      receivedAt: requestedAt,
    })),
  },
  "a late issue is only logged": {
    deps: withStore(() => ({ recordLateIssue: async () => true })),
  },
  "a refused secret is looked up through the five-minute cache": {
    deps: (deps) => ({
      ...deps,
      secrets: {
        read: (account, maxAgeMs, signal) =>
          deps.secrets.read(account, Math.max(maxAgeMs, 300_000), signal),
      },
    }),
  },
  "nothing is decided again after a slow open": {
    deps: (deps) => {
      let stopped: Date | null = null;
      return {
        ...deps,
        clock: { ...deps.clock, now: () => stopped ?? deps.clock.now() },
        sealer: {
          ...deps.sealer,
          open: async (sealed, as, signal) => {
            const before = deps.clock.now();
            const opened = await deps.sealer.open(sealed, as, signal);
            stopped = before;
            queueMicrotask(() =>
              process.nextTick(() => {
                stopped = null;
              }),
            );
            return opened;
          },
        },
      };
    },
  },
  "an unanswered call is sent once more": {
    deps: withIssuing(async (issue) => {
      const result = await issue();
      return result.kind === "not-issued" && result.mayHaveIssued ? issue() : result;
    }),
  },
  "a disconnect keeps the refresh token": {
    update: (input) =>
      endsLease(input) && removes(input, "consentedAt")
        ? keeping(input, ["sealedRefresh", "consentedAt", "refreshVersion", "refreshFingerprint"])
        : input,
  },
};

type Update = UpdateItemCommandInput;

function withValue(input: Update, of: string, from: string): Update {
  const { ExpressionAttributeValues: values = {} } = input;
  const value = values[from];
  return value ? { ...input, ExpressionAttributeValues: { ...values, [of]: value } } : input;
}

/** The write, but for some attributes that it would remove. */
function keeping(input: Update, names: readonly string[]): Update {
  const [set = "", removed = ""] = (input.UpdateExpression ?? "").split("REMOVE ");
  const rest = removed.split(", ").filter((name) => !names.includes(name.slice(1)));
  return { ...input, UpdateExpression: `${set}REMOVE ${rest.join(", ")}` };
}

function shortened(record: TokenRecord | null): TokenRecord | null {
  const { lease = null } = record ?? {};
  if (!record || !lease) return record;
  const half = msBetween(lease.since, lease.until) / 2;
  return { ...record, lease: { ...lease, until: plusMs(lease.since, half - maxClockSkewMs) } };
}
