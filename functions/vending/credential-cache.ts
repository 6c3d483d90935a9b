import { msBetween, plusMs } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Credential, VendRequest } from "../model/credential.ts";

const mostConnections = 1000;

/** How long this process believes what it last read: a token revoked out of turn is noticed no later than this. */
const longestMs = 30_000;

interface Entry {
  readonly credential: Credential;
  readonly until: Date;
}

/** What this process vended last, so that a warm vend costs no I/O. */
export class Memory {
  readonly #entries = new Map<Connection, Entry>();

  recall(connection: Connection, wish: VendRequest, now: Date): Credential | null {
    const entry = this.#entries.get(connection);
    if (!entry || now >= entry.until) return null;
    const { version, usableUntil } = entry.credential;
    if (wish.rejectedVersion !== null && wish.rejectedVersion >= version) {
      this.#entries.delete(connection);
      return null;
    }
    if (usableUntil && msBetween(now, usableUntil) < wish.minValiditySeconds * 1000) return null;
    return entry.credential;
  }

  /** Keeps a credential until its next renewal is due, `renewAt`, and no longer than it is usable. */
  remember(credential: Credential, renewAt: Date, now: Date): void {
    this.#entries.delete(credential.connection);
    const bounds = [plusMs(now, longestMs), renewAt, credential.usableUntil ?? renewAt];
    const until = new Date(Math.min(...bounds.map(Number)));
    this.#entries.set(credential.connection, { credential, until });
    if (this.#entries.size > mostConnections) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest) this.#entries.delete(oldest);
  }
}
