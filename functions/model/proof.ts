import type { Sensitive } from "./sensitive.ts";

/** A request that proves the possession of a key (RFC 9449 §4.2). */
interface ProvenRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** What the server has answered in `DPoP-Nonce`, if it has (RFC 9449 §8). */
  readonly nonce?: string | undefined;
}

/**
 * Proves to a server that whoever sends a request has a key (RFC 9449), and the token that is bound to it, if one is sent.
 */
export type SignProof = (
  request: ProvenRequest,
  key: Sensitive,
  token?: Sensitive,
) => Promise<string>;
