import type { VendAnswer } from "../functions/http/contract.ts";
import { malformedAnswer } from "./request-answer.ts";
import { Unprinted } from "./unprinted.ts";

/**
 * A credential that is usable now. Its secret parts do not print: `JSON.stringify`, `util.inspect`, loggers and spreads
 * see connection, version, fingerprint and instants only. Token and headers are read by name. All callers of a process
 * share it: it is frozen but for its dates, and what one request adds belongs into a copy.
 */
export interface VendedCredential {
  /** `provider/environment/account`. */
  readonly connection: string;
  /** Counts this connection's tokens. Pass it to {@link TokenClient.reject}. */
  readonly version: number;
  /** The bare token, for uses other than a header. A plain string: it prints. */
  readonly token: string;
  /**
   * Every header that a request needs, by name. Hidden from JSON and `inspect`, but a spread of it is a plain object
   * and does print.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** First twelve hexadecimal digits of the token's SHA-256. Safe to log. */
  readonly fingerprint: string;
  readonly issuedAt: Date;
  /** No renewal by token vending revokes the token before this instant. Null for a key that does not expire. */
  readonly usableUntil: Date | null;
  /** When the token expires, as stated by the provider; null where it states nothing. */
  readonly expiresAt: Date | null;
  /** The provider's `scope`, where a person granted less or more than was asked for. */
  readonly grantedScope?: string | undefined;
  /** What the provider returned and callers need, such as a tenant or an address; absent for most. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** A member that is added to the answer has to be added here; `headers` holds both kinds of header. */
type AnswerMembers = Readonly<
  Record<Exclude<keyof VendAnswer, "header" | "extraHeaders">, unknown>
>;

const plainMembers = [
  "connection",
  "version",
  "fingerprint",
  "grantedScope",
  "attributes",
] as const;

const instants = ["issuedAt", "usableUntil", "expiresAt"] as const;

const { assign, freeze } = Object;

/** Public fields print. Secrets are behind getters over private fields, which are not enumerable. */
class UnprintedCredential implements VendedCredential, AnswerMembers {
  declare readonly connection: string;
  declare readonly version: number;
  declare readonly fingerprint: string;
  declare readonly issuedAt: Date;
  declare readonly usableUntil: Date | null;
  declare readonly expiresAt: Date | null;
  declare readonly grantedScope: string | undefined;
  declare readonly attributes: Readonly<Record<string, string>> | undefined;
  readonly #token: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ header, extraHeaders, ...answer }: VendAnswer) {
    for (const name of plainMembers) {
      if (name in answer) assign(this, { [name]: freeze(answer[name]) });
    }
    for (const name of instants) {
      const instant = answer[name];
      assign(this, { [name]: instant === null ? instant : new Date(instant) });
    }
    this.#token = answer.token;
    const ofToken = { [header.name]: header.value.trim() };
    this.#headers = freeze(assign(new Unprinted(), extraHeaders, ofToken));
    freeze(this);
  }

  get token(): string {
    return this.#token;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }
}

/**
 * The credential in an answer. Fails with `malformed-answer` where it is none, or another connection's. The reason is
 * dropped: an error of `Headers` quotes the value.
 */
export function parseCredential(connection: string, json: unknown): VendedCredential {
  try {
    const credential = new UnprintedCredential(json as VendAnswer);
    new Headers(credential.headers);
    const isValid = credential.version > 0 && credential.token && usableUntilMs(credential) > 0;
    if (isValid && credential.connection === connection) return credential;
  } catch {}
  throw malformedAnswer(connection, "No credential.");
}

/** In milliseconds since 1970; without end for a key that does not expire. */
export function usableUntilMs({ usableUntil }: VendedCredential): number {
  return +(usableUntil ?? Infinity);
}
