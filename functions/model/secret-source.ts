import type { Sensitive } from "./sensitive.ts";

export interface Secret {
  readonly text: Sensitive;
  /** The version's identifier, which changes with the secret. */
  readonly version: string;
}

export interface SecretSource {
  /**
   * An account's current secret, read at most `maxAgeMs` ago. Fails with `unknown-connection` when there is none and with
   * `secret-unavailable` when it cannot be read now.
   */
  read(account: string, maxAgeMs: number, signal: AbortSignal): Promise<Secret>;
}

/** All versions of a realm's secrets, for an operator's check of one. Not cached. */
export interface SecretVersions {
  nameOf(account: string): string;
  /** The version of this id; the current one for null. Fails as `SecretSource` does. */
  read(account: string, version: string | null, signal: AbortSignal): Promise<Secret>;
}
