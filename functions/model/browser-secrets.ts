import type { Sensitive } from "./sensitive.ts";

/** Makes and verifies the secrets of links and browsers. Every text is base64url without padding. */
export interface BrowserSecrets {
  /** 256 random bits: 43 characters. */
  newSecret(): Sensitive;
  /** 128 random bits, not secret: 22 characters. */
  newSalt(): string;
  /** SHA-256: 43 characters. */
  hash(text: Sensitive): string;
  /** HMAC-SHA-256 (RFC 2104): 43 characters. */
  mac(key: Sensitive, text: string): Sensitive;
  /** Compares in constant time. */
  isSame(one: string, other: string): boolean;
}
