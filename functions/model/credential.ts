import type { Connection } from "./connection.ts";
import type { Presentation } from "./provider.ts";
import type { Sensitive } from "./sensitive.ts";

/** A usable credential, as vended. */
export interface Credential {
  readonly connection: Connection;
  readonly version: number;
  readonly token: Sensitive;
  /** The key that each request with the token has to prove (RFC 9449); absent where the token is enough. */
  readonly proofKey?: Sensitive;
  readonly presentation: Presentation;
  readonly fingerprint: string;
  readonly issuedAt: Date;
  readonly usableUntil: Date | null;
  readonly expiresAt: Date | null;
  /** What a person granted, where that is less or more than was asked for. */
  readonly grantedScope?: string;
  /** What the provider returned with the token or the consent and callers need. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What a caller asks for. */
export interface VendRequest {
  readonly account: string;
  /** How long the vended token must still be usable, in seconds. */
  readonly minValiditySeconds: number;
  /** The version that the caller reports as rejected by the provider; null when it reports none. */
  readonly rejectedVersion: number | null;
  /** The request that the caller is about to send: its method, a space and its address. */
  readonly proofFor?: string | undefined;
  readonly proofNonce?: string | undefined;
}
