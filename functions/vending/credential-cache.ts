import type { Clock } from "../model/clock.ts";
import { msBetween, plusMs } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";

const maxEntries = 1000;

/** Limits how long a cache vends a token that was revoked unexpectedly. */
const maxAgeMs = 30_000;

interface Entry {
  readonly credential: Credential;
  readonly since: Date;
  readonly until: Date;
  /** Of its longest age, whatever happens to the clock. */
  readonly msLeft: () => number;
}

/** The credentials that this process vended last: vending from here needs no I/O. */
export class CredentialCache {
  readonly #entries = new Map<Connection, Entry>();

  /** The cached credential if it is fresh and satisfies the request. A rejection of its version removes it. */
  get(connection: Connection, request: VendRequest, now: Date): Credential | null {
    const entry = this.#entries.get(connection);
    if (!entry || !isFresh(entry, now)) return null;
    const { version, usableUntil } = entry.credential;
    if (request.rejectedVersion !== null && request.rejectedVersion >= version) {
      this.#entries.delete(connection);
      return null;
    }
    const requiredMs = request.minValiditySeconds * 1000;
    if (usableUntil && msBetween(now, usableUntil) < requiredMs) return null;
    return entry.credential;
  }

  /** Caches a credential until `renewAt`, and no longer than it is usable. */
  set(credential: Credential, renewAt: Date, clock: Pick<Clock, "now" | "countdown">): void {
    const now = clock.now();
    const cached = this.#entries.get(credential.connection);
    // A slower request of this process may have an older version.
    if (cached && isFresh(cached, now) && cached.credential.version > credential.version) return;
    this.#entries.delete(credential.connection);
    const bounds = [plusMs(now, maxAgeMs), renewAt, credential.usableUntil ?? renewAt];
    const until = new Date(Math.min(...bounds.map(Number)));
    const entry = { credential, since: now, until, msLeft: clock.countdown(maxAgeMs) };
    this.#entries.set(credential.connection, entry);
    if (this.#entries.size > maxEntries) this.#evictOldest();
  }

  #evictOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest) this.#entries.delete(oldest);
  }
}

/** If `since` lies in the future, the clock has gone back. */
function isFresh({ since, until, msLeft }: Entry, now: Date): boolean {
  return since <= now && now < until && msLeft() > 0;
}
