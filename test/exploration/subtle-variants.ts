import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { maxClockSkewMs, msBetween, plusMs } from "../../functions/model/clock.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { Breakage } from "../support/breakage.ts";
import {
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
  "a claim that was had once is not looked at again": {
    deps: (deps) => {
      const had = new Set<string>();
      return withStore((store) => ({
        takeLease: async (connection, seen, intent, signal) => {
          const answer = await store.takeLease(connection, seen, intent, signal);
          if (answer.held?.record.revocationScope) had.add(connection);
          return answer;
        },
        claimRevocationScope: async (scope, claim, replace, signal) =>
          had.has(claim.owner)
            ? { ...claim, revision: { opaque: null } }
            : store.claimRevocationScope(scope, claim, replace, signal),
      }))(deps);
    },
  },
  "a commit knows only what was known with the lease": {
    deps: withStore((store) => ({
      commit: (held, commitOf, signal) => store.commit(held, () => commitOf(held.record), signal),
    })),
  },
  "a failure clears the doubt": {
    update: (input) => (sets(input, "failure") ? without(input, "doubtedAt") : input),
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
  "nobody reads again after the handover": {
    deps: (deps) => {
      let last: TokenRecord | null = null;
      let slept = 0;
      const clock = {
        ...deps.clock,
        sleep: async (ms: number, signal: AbortSignal) => {
          slept = ms;
          await deps.clock.sleep(ms, signal);
        },
      };
      const changed = withStore((store) => ({
        read: async (connection, signal) => {
          const isHandover = last !== null && !last.lease && slept > 0;
          slept = 0;
          if (isHandover) return last;
          last = await store.read(connection, signal);
          return last;
        },
      }))(deps);
      return { ...changed, clock };
    },
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
              setImmediate(() => {
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

/** The write, and an attribute removed with it. */
function without(input: Update, name: string): Update {
  const { UpdateExpression = "", ExpressionAttributeNames: names = {} } = input;
  if (!removes(input, "leaseOwner")) return input;
  const kept = UpdateExpression.replace(
    new RegExp(`#${name} = :${name}, |, #${name} = :${name}`),
    "",
  );
  return {
    ...input,
    UpdateExpression: removes(input, name) ? kept : `${kept}, #${name}`,
    ExpressionAttributeNames: { ...names, [`#${name}`]: name },
  };
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
