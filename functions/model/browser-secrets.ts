import type { Sensitive } from "./sensitive.ts";

/** What links and browsers are told apart by. Every text is base64url without padding. */
export interface BrowserSecrets {
  /** 256 random bits: 43 characters. */
  newSecret(): Sensitive;
  /** 128 random bits, not secret: 22 characters. */
  newSalt(): string;
  /** SHA-256: 43 characters. */
  hash(text: Sensitive): string;
  /** HMAC-SHA-256 (RFC 2104): 43 characters. */
  mac(key: Sensitive, text: string): Sensitive;
  /** In a time that does not depend on where two texts of the same length differ. */
  isSame(one: string, other: string): boolean;
}
