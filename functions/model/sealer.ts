import type { Connection } from "./connection.ts";
import type { Sensitive } from "./sensitive.ts";

/** What a sealed text is bound to: it opens only as this. */
export interface SealedAs {
  readonly connection: Connection;
  readonly version: number;
  readonly kind: "token" | "refresh-token" | "link";
  /** What else decides about its use, and is stored beside it in the clear. Empty for a refresh token. */
  readonly terms: string;
}

/** Encrypts tokens at rest. Fails with `store-unavailable` when a data key is unavailable. */
export interface Sealer {
  /** Fetches the data key for sealing, so that no token is issued that then cannot be sealed. */
  prepare(connection: Connection, signal: AbortSignal): Promise<void>;
  seal(token: Sensitive, as: SealedAs, signal: AbortSignal): Promise<Uint8Array>;
  /** Null when the bytes were changed, bound to something else, or sealed with another key. */
  open(sealed: Uint8Array, as: SealedAs, signal: AbortSignal): Promise<Sensitive | null>;
}
