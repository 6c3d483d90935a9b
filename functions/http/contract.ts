import * as v from "valibot";
import type { ConnectionState } from "../model/connection-status.ts";
import type { ProblemCode } from "../model/errors.ts";

const version = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
const seconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

/** The payload of a direct invocation. */
export const vendPayload = v.strictObject({
  account: v.optional(v.string(), "default"),
  minValiditySeconds: v.optional(seconds, 0),
  rejectedVersion: v.optional(version),
});

/** The query of `GET /v1/tokens/…`. */
export const vendQuery = v.strictObject({
  minValiditySeconds: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,15}$/, "must be a whole number of seconds, in digits"),
      v.transform(Number),
    ),
    "0",
  ),
});

/** The body of `POST /v1/tokens/…/rejections`. */
export const rejectionBody = v.strictObject({ version });

const account = v.optional(v.string(), "default");
const code = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,4096}$/, "must be the code as the provider shows it, without blanks"),
);

/** The payload of a direct invocation of `begin-consent`. */
export const beginPayload = v.strictObject({ account });

/** The body of `POST /v1/consents/…`, if there is one. */
export const beginBody = v.strictObject({});

/** The payload of a direct invocation of `complete-consent` with a code that a person has copied. */
export const pastePayload = v.strictObject({ account, code });

/** The payload of a direct invocation of `complete-consent` that ends a consent. */
export const disconnectPayload = v.strictObject({ account, disconnect: v.literal(true) });

/** A link for one person: it opens in one browser and leads to one consent. */
export interface ConsentLink {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** What a person granted. Instants are ISO 8601. */
export interface GrantedConsent {
  readonly connection: string;
  /** The version of the first token. */
  readonly version: number;
  /** In the provider's own words; null when it said nothing. */
  readonly grantedScope: string | null;
  /** When the consent ends unless it is renewed; null when the provider did not say. */
  readonly endsAt: string | null;
  /** Whose data it is, as the provider masks the name. */
  readonly customer: string | null;
}

export interface Disconnected {
  readonly connection: string;
  /** Whether the provider has revoked the consent; null where it offers no way. */
  readonly revoked: boolean | null;
}

/** A usable credential, ready to be put into a header. Instants are ISO 8601; null for a key that does not expire. */
export interface VendAnswer {
  readonly connection: string;
  /** Counts this connection's tokens; the number to name when the provider refuses this one. */
  readonly version: number;
  readonly header: { readonly name: string; readonly value: string };
  readonly extraHeaders?: Readonly<Record<string, string>>;
  readonly token: string;
  /** First twelve hexadecimal digits of the token's SHA-256: may be logged. */
  readonly fingerprint: string;
  readonly issuedAt: string;
  /** The promise: until then no renewal of ours revokes it, margins and handover already taken off. */
  readonly usableUntil: string | null;
  /** What the provider said; null too when it said nothing of a token that will end. */
  readonly expiresAt: string | null;
}

/** RFC 9457. Over HTTP as it is, in an invocation's answer as the member `problem`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly connection?: string;
  /** The same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number;
}

const realmText = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9._-]{0,62}\/[a-z0-9][a-z0-9._-]{0,62}$/,
    "must be provider/environment, like conferma/production",
  ),
);

/** The payload of a direct invocation of `list-connections`, and the query of `GET /v1/connections`. */
export const listRequest = v.strictObject({
  realm: v.optional(realmText),
  cursor: v.optional(
    v.pipe(v.string(), v.maxLength(1000, "must be a cursor of an earlier answer")),
  ),
});

/** What an operator may know of a connection: never a token, sealed or not. Instants are ISO 8601. */
export interface ConnectionAnswer {
  readonly connection: string;
  readonly state: ConnectionState;
  /** Tokens committed so far; 0 before the first. */
  readonly version: number;
  /** First twelve hexadecimal digits of the token's SHA-256; null before the first token, as are the instants. */
  readonly fingerprint: string | null;
  readonly issuedAt: string | null;
  /** Null too for a key that does not expire. */
  readonly usableUntil: string | null;
  readonly expiresAt: string | null;
  /** The earliest instant of the next renewal. */
  readonly renewAt: string | null;
  /** Who renews it now, since when and why; one whose `until` has passed has vanished. */
  readonly lease: {
    readonly since: string;
    readonly until: string;
    readonly reason: string;
  } | null;
  /** The latest success among the last few calls to the provider. */
  readonly lastIssue: {
    readonly at: string;
    readonly reason: string;
    readonly latencyMs: number;
  } | null;
  /** Null once a token has been committed since. */
  readonly lastFailure: {
    readonly at: string;
    readonly code: ProblemCode;
    readonly detail: string;
    /** Consecutive failures. */
    readonly count: number;
    /** Nobody asks the provider again before. */
    readonly retryAt: string;
  } | null;
}

/** One page of them; `cursor` asks for the next, and is null on the last. */
export interface ConnectionPage {
  readonly connections: readonly ConnectionAnswer[];
  readonly cursor: string | null;
}
