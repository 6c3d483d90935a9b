import type { Sensitive } from "./sensitive.ts";

export interface Secret {
  readonly text: Sensitive;
  /** The version's identifier; changes whenever the secret does. */
  readonly version: string;
}

export interface SecretSource {
  /**
   * The current secret of an account, no older than `maxAgeMs`. Fails with `unknown-connection` when there is none and
   * with `secret-unavailable` when it cannot be had now.
   */
  read(account: string, maxAgeMs: number, signal: AbortSignal): Promise<Secret>;
}
