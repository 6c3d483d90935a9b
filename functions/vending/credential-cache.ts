import type { Clock } from "../model/clock.ts";
import { msBetween, stopwatch } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";

const maxEntries = 1000;

/** Limits how long a cache vends a token that was revoked unexpectedly. */
const maxAgeMs = 30_000;

interface Entry {
  readonly credential: Credential;
  readonly since: Date;
  readonly until: Date;
  readonly ageMs: () => number;
}

/** The credentials that this process vended last: vending from here needs no I/O. */
export class CredentialCache {
  readonly #entries = new Map<Connection, Entry>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The cached credential if it is fresh and satisfies the request. A rejection of its version removes it. */
  get(connection: Connection, request: VendRequest): Credential | null {
    const now = this.#clock.now();
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
  set(credential: Credential, renewAt: Date): void {
    const now = this.#clock.now();
    const cached = this.#entries.get(credential.connection);
    // A slower request of this process may have an older version.
    if (cached && isFresh(cached, now) && cached.credential.version > credential.version) return;
    this.#entries.delete(credential.connection);
    const until = new Date(Math.min(Number(renewAt), Number(credential.usableUntil ?? renewAt)));
    const entry = { credential, since: now, until, ageMs: stopwatch(this.#clock) };
    this.#entries.set(credential.connection, entry);
    const [oldest] = this.#entries.keys();
    if (oldest && this.#entries.size > maxEntries) this.#entries.delete(oldest);
  }
}

/** If `since` lies in the future, the clock has gone back. */
function isFresh({ since, until, ageMs }: Entry, now: Date): boolean {
  return since <= now && now < until && ageMs() < maxAgeMs;
}
