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

/** A browser, identified by its cookies: it has one secret for each pending consent. */
export interface Browser {
  /** Null when it sent no cookie for this consent. */
  secretFor(pendingId: string): Sensitive | null;
}

/** A secret for the browser to store in a cookie. */
export interface BrowserCookie {
  readonly pendingId: string;
  readonly secret: Sensitive;
  readonly maxAgeMs: number;
}
