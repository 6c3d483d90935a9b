import { plusMs } from "../../functions/model/clock.ts";
import type { Issued } from "../../functions/model/provider.ts";
import type { Breakage } from "../support/breakage.ts";
import {
  changed,
  endsLease,
  takesLease,
  unconditional,
  withIssued,
  withStore,
} from "../support/breakage.ts";

/** The protocol with one thing wrong each: what people leave out, and what each of them costs. */
export const brokenVariants: Readonly<Record<string, Breakage>> = {
  "no fence: a late holder commits over its successor": {
    update: (input) => (endsLease(input) ? unconditional(input) : input),
  },
  "the lease is granted on an old reading": {
    update: (input) => (takesLease(input) ? unconditional(input) : input),
  },
  "the lease is shorter than the provider call": {
    deps: withStore((store) => ({
      takeLease: (connection, seen, intent, signal) => {
        const lease = { ...intent.lease, until: plusMs(intent.lease.since, 30) };
        return store.takeLease(connection, seen, { ...intent, lease }, signal);
      },
    })),
  },
  "a loser of the lease goes unlocked": {
    deps: withStore((store) => ({
      takeLease: async (connection, seen, intent, signal) => {
        const answer = await store.takeLease(connection, seen, intent, signal);
        if (answer.held || !answer.record) return answer;
        return { held: { record: answer.record, lease: intent.lease } };
      },
    })),
  },
  "a token is vended before it is stored": {
    deps: withStore((store) => ({
      commit: async (held, commitOf, signal) => {
        await store.commit(held, commitOf, signal).catch(() => null);
        return { ...held.record, ...commitOf(held.record), lease: null, failure: null };
      },
    })),
  },
  "the back-off is not shared": {
    deps: withStore((store) => ({
      fail: async (held, failedOf, signal) => {
        const { failure } = failedOf(held.record);
        const forgotten = failure && { ...failure, retryAt: failure.at };
        const record = await store.fail(held, changed(failedOf, { failure: forgotten }), signal);
        return record && { ...record, failure };
      },
    })),
  },
  "refused credentials are not remembered": {
    deps: withStore((store) => ({
      fail: (held, failedOf, signal) => {
        const { failure } = failedOf(held.record);
        const forgotten = failure && { ...failure, refusedSecretVersion: null };
        return store.fail(held, changed(failedOf, { failure: forgotten }), signal);
      },
    })),
  },
  "renewal comes early although a new token revokes the old": {
    deps: (deps) => ({
      ...deps,
      provider: { ...deps.provider, policy: { renewal: "early", beforeExpiryMs: 60_000 } },
    }),
  },
  "expiry is read from the provider's clock": {
    deps: withIssued((issued) => ({ ...issued, lifetime: lifetimeByWallClock(issued) })),
  },
  "a rotated refresh token is not stored with its access token": {
    deps: withStore((store) => ({
      commit: (held, commitOf, signal) => {
        const { consent } = held.record;
        return store.commit(held, consent ? changed(commitOf, { consent }) : commitOf, signal);
      },
    })),
  },
  "an unanswered refresh ends the consent": {
    deps: withStore((store) => ({
      fail: (held, failedOf, signal) => {
        const isConsentOver = failedOf(held.record).failure !== null;
        return store.fail(held, changed(failedOf, { isConsentOver }), signal);
      },
    })),
  },
  "a refused refresh token is sent again": {
    deps: withStore((store) => ({
      fail: (held, failedOf, signal) =>
        store.fail(held, changed(failedOf, { isConsentOver: false }), signal),
    })),
  },
  "nobody doubts a refresh whose answer was lost": {
    deps: withStore((store) => ({
      takeLease: (connection, seen, intent, signal) =>
        store.takeLease(connection, seen, { ...intent, doubtedAt: null }, signal),
      fail: (held, failedOf, signal) =>
        store.fail(held, changed(failedOf, { doubtedAt: null }), signal),
    })),
  },
  "a rejection is forgotten, so that they never add up": {
    deps: withStore((store) => ({
      commit: (held, commitOf, signal) =>
        store.commit(held, changed(commitOf, { rejections: null }), signal),
    })),
  },
};

/** What `expires - now` makes of a provider whose clock is half a minute ahead. */
function lifetimeByWallClock({ expiresAt, receivedAt }: Issued): Issued["lifetime"] {
  if (!expiresAt) return { kind: "unlimited", until: null };
  const ms = expiresAt.getTime() + 30_000 - receivedAt.getTime();
  return { kind: "stated", atLeastMs: ms, atMostMs: ms };
}
