import type { Connection } from "./connection.ts";
import type { Sensitive } from "./sensitive.ts";

/** What a sealed token is bound to: it opens as this kind and this version of this connection only. */
export interface SealedAs {
  readonly connection: Connection;
  readonly version: number;
  readonly kind: "token" | "refresh-token";
}

/** Tokens at rest. Fails with `store-unavailable` when a key cannot be had now. */
export interface Sealer {
  /** Fetches what sealing needs, so that no token is issued which then cannot be sealed. */
  prepare(connection: Connection, signal: AbortSignal): Promise<void>;
  seal(token: Sensitive, as: SealedAs, signal: AbortSignal): Promise<Uint8Array>;
  /** Null when the bytes were changed, bound to something else, or sealed under another key. */
  open(sealed: Uint8Array, as: SealedAs, signal: AbortSignal): Promise<Sensitive | null>;
}
