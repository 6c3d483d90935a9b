import type { Sensitive } from "./sensitive.ts";

/** Tokens at rest. What was sealed for one connection and version opens for no other. */
export interface Sealer {
  seal(token: Sensitive, context: string): Promise<Uint8Array>;
  /** Null when the bytes or the context were changed, or were sealed under another key. */
  open(sealed: Uint8Array, context: string): Promise<Sensitive | null>;
}
