import type { Clock } from "../model/clock.ts";
import { msBetween } from "../model/clock.ts";
import { accountOf } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";
import { freezeTakesMs, realmFreezeMaxAgeMs } from "../model/time-limits.ts";

const maxEntries = 1000;

/**
 * Limits how long a cache vends a token that was revoked unexpectedly, or whose connection has been frozen: counted from
 * when the request began that found it, which relied on a look at the realm's freeze that was younger than five seconds.
 * A second is left for the answer's way to the caller.
 */
const maxAgeMs = freezeTakesMs - realmFreezeMaxAgeMs - 1000;

interface Entry {
  readonly credential: Credential;
  /** In milliseconds since 1970, as `until`. */
  readonly since: number;
  readonly until: number;
  /** Until the entry is too old, whatever the clock says. */
  readonly msLeft: () => number;
}

/** The credentials of one realm that this process vended last: vending from here needs no I/O. */
export class CredentialCache {
  /** By account, which a request has: a connection's name would have to be put together for every vend. */
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The cached credential if it is fresh and satisfies the request. A rejection of its version removes it. */
  get(request: VendRequest, now: Date): Credential | null {
    const entry = this.#entries.get(request.account);
    if (!entry || !isFresh(entry, now)) return null;
    const { version, usableUntil } = entry.credential;
    if (request.rejectedVersion !== null && request.rejectedVersion >= version) {
      this.#entries.delete(request.account);
      return null;
    }
    const requiredMs = request.minValiditySeconds * 1000;
    if (usableUntil && msBetween(now, usableUntil) < requiredMs) return null;
    return entry.credential;
  }

  /** Caches a credential until `renewAt`, and no longer than it is usable. `foundInMs`: how long it took to find it. */
  set(credential: Credential, renewAt: Date, foundInMs: number): void {
    const now = this.#clock.now();
    const since = now.getTime();
    const account = accountOf(credential.connection);
    const cached = this.#entries.get(account);
    // A slower request of this process may have an older version.
    if (cached && isFresh(cached, now) && cached.credential.version > credential.version) return;
    this.#entries.delete(account);
    const usableUntil = Number(credential.usableUntil ?? renewAt);
    const freshMs = maxAgeMs - foundInMs;
    const until = Math.min(Number(renewAt), usableUntil, since + freshMs);
    const msLeft = this.#clock.countdown(freshMs);
    this.#entries.set(account, { credential, since, until, msLeft });
    const [oldest] = this.#entries.keys();
    if (oldest && this.#entries.size > maxEntries) this.#entries.delete(oldest);
  }
}

/** If `since` lies in the future, the clock has gone back. Suspensions are counted by the clock, not by the countdown. */
function isFresh({ since, until, msLeft }: Entry, now: Date): boolean {
  const at = now.getTime();
  return since <= at && at < until && msLeft() > 0;
}
