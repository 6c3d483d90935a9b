import type { VendAnswer } from "../functions/http/contract.ts";

/**
 * A credential that is usable now. What is secret in it does not print: `JSON.stringify`, `util.inspect`, a logger and a
 * spread find its connection, version, fingerprint and instants only; token and headers have to be asked for by name.
 */
export interface VendedCredential {
  /** `provider/environment/account`. */
  readonly connection: string;
  /** Counts this connection's tokens: the number to name in {@link TokenClient.reject}. */
  readonly version: number;
  /** The bare token, for what is no header. A plain string: it prints. */
  readonly token: string;
  /**
   * Every header that a request needs, by name. Hidden from JSON and `inspect`; a spread of it is a plain object, and
   * prints.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** First twelve hexadecimal digits of the token's SHA-256: may be logged. */
  readonly fingerprint: string;
  readonly issuedAt: Date;
  /** The promise: no renewal by token vending revokes it before. Null for a key without end. */
  readonly usableUntil: Date | null;
  /** What the provider said; null where it named no instant. */
  readonly expiresAt: Date | null;
}

/** What prints is public; the rest is behind getters over private fields, which nothing enumerates. */
class UnprintedCredential implements VendedCredential {
  declare readonly connection: string;
  declare readonly version: number;
  declare readonly fingerprint: string;
  declare readonly issuedAt: Date;
  declare readonly usableUntil: Date | null;
  declare readonly expiresAt: Date | null;
  readonly #token: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ header, extraHeaders, ...answer }: VendAnswer) {
    this.connection = answer.connection;
    this.version = answer.version;
    this.fingerprint = answer.fingerprint;
    this.issuedAt = new Date(answer.issuedAt);
    this.usableUntil = parseInstant(answer.usableUntil);
    this.expiresAt = parseInstant(answer.expiresAt);
    this.#token = answer.token;
    const headers = { ...extraHeaders, [header.name]: header.value.trim() };
    this.#headers = Object.assign(new UnprintedHeaders(), headers);
  }

  get token(): string {
    return this.#token;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }
}

/** Own members are headers, for `fetch` and for spreads; what hides them is inherited. */
class UnprintedHeaders {
  toJSON(): string {
    return "[sensitive]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[sensitive]";
  }
}

/** The credential in an answer; null where it is not understood, without the reason: `Headers` quotes what it refuses. */
export function parseCredential(json: unknown): VendedCredential | null {
  try {
    const credential = new UnprintedCredential(json as VendAnswer);
    new Headers(credential.headers);
    const isUnderstood =
      credential.version > 0 && credential.token && usableUntilMs(credential) > 0;
    return isUnderstood ? credential : null;
  } catch {
    return null;
  }
}

/** The last instant that a `Date` can hold, in milliseconds. */
export const maxDateMs = 8.64e15;

/** Until when it is usable, in milliseconds since 1970; for ever where it has no end. */
export function usableUntilMs({ usableUntil }: VendedCredential): number {
  return usableUntil ? usableUntil.getTime() : maxDateMs;
}

function parseInstant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
