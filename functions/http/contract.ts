import * as v from "valibot";
import type { ProblemCode } from "../model/errors.ts";
import type { ConsentLink } from "./link-contract.ts";
import type { ConsentAnswer } from "./status-contract.ts";

const version = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
const seconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

/** The alias of `vend-token` for callers that may vend but report no rejection. */
export const vendOnlyAlias = "vend-only";

/** The alias of `vend-token` for callers that get, with `consent-required`, a link for the person. */
export const withLinksAlias = "with-links";

/** The request that is to be sent with the token, for a token that is bound to a key (RFC 9449). */
const proofMembers = {
  /** Its method and its address. */
  proofFor: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[A-Z-]{1,32} https?:\/\/[\w.-]+[!-~]{0,4096}$/,
        "must be like GET https://example.com",
      ),
    ),
  ),
  /** What the server has answered in the header `DPoP-Nonce`, if it has (RFC 9449 §8.1). */
  proofNonce: v.optional(
    v.pipe(v.string(), v.regex(/^[!#-[\]-~]{1,512}$/, "must be a value of DPoP-Nonce")),
  ),
};

/** Words by which the command line tells the refusal of a request without `proofFor` from others. */
export const proofMissing = "proofFor: is missing";

/**
 * The payload of a direct invocation. Whoever reads it fills in the defaults: here they would be validated with every vend
 * from memory.
 */
export const vendPayload = v.strictObject({
  account: v.optional(v.string()),
  minValiditySeconds: v.optional(seconds),
  rejectedVersion: v.optional(version),
  ...proofMembers,
});

/** The payload of a direct invocation of `renew-tokens` that seals anew what is stored. */
export const resealPayload = v.strictObject({
  account: v.optional(v.string(), "default"),
  reseal: v.literal(true),
});

/** What was sealed anew, and what no known key opens. */
export interface ResealAnswer {
  readonly connection: string;
  readonly resealed: readonly ("token" | "refresh-token")[];
  readonly unreadable: readonly ("token" | "refresh-token")[];
}

/** The payload of a direct invocation of `renew-tokens` that checks a connection's secret. */
export const secretCheckPayload = v.strictObject({
  account: v.optional(v.string(), "default"),
  checkSecret: v.strictObject({
    version: v.optional(
      v.pipe(v.string(), v.regex(/^[\x21-\x7e]{32,64}$/, "must be the id of a secret's version")),
    ),
    try: v.optional(v.boolean(), false),
    adopt: v.optional(v.boolean(), false),
  }),
});

/** The state of a connection's secret, and no value. Instants are ISO 8601. */
export interface SecretCheckAnswer {
  readonly connection: string;
  /** The secret's name. */
  readonly secret: string;
  /** The version that was checked; null if there is none. */
  readonly versionId: string | null;
  /** Why it cannot be used, or could not be read: only `secret-malformed` is about its value. */
  readonly unusable: { readonly code: ProblemCode; readonly detail: string } | null;
  /** How its text looks, and how long its certificate lives; null where it could not be read. Earlier releases do not look. */
  readonly examination?: {
    /** In words that follow the member's name, which is `SecretString` for the whole value. */
    readonly oddities: readonly { readonly field: string; readonly oddity: string }[];
    readonly certificate: { readonly beginsAt: string; readonly endsAt: string } | null;
  } | null;
  /** It is not the current version, and has the same value. */
  readonly isSameAsCurrent: boolean;
  readonly trial: {
    /** `not-tried`: the provider was not asked, because that could do harm or there is no way to. */
    readonly outcome: "accepted" | "refused" | "unclear" | "not-tried";
    readonly detail: string;
    readonly expiresAt: string | null;
  };
  /** The stored token, and with which version of the secret it was issued. */
  readonly stored: {
    readonly version: number;
    readonly fingerprint: string;
    readonly secretVersion: string;
  } | null;
  /** Why the last renewal failed; null once a token has been committed since. */
  readonly failure: { readonly code: ProblemCode; readonly detail: string } | null;
  /** With `adopt`: why nothing could be vended. */
  readonly refusal: {
    readonly code: ProblemCode;
    readonly detail: string;
    readonly retryable: boolean;
  } | null;
}

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
  ...proofMembers,
});

/** The body of `POST /v1/tokens/…/rejections`. */
export const rejectionBody = v.strictObject({ version, ...proofMembers });

/** What a person granted. Instants are ISO 8601. */
export interface GrantedConsent {
  readonly connection: string;
  /** The version of the first token. */
  readonly version: number;
  /** The provider's `scope`; null when it returned none. */
  readonly grantedScope: string | null;
  /** When the consent ends unless it is renewed; null when the provider did not say. */
  readonly endsAt: string | null;
  /** The name of the data's owner, masked by the provider. */
  readonly customer: string | null;
  /** What else is known of the consent, as status shows it. */
  readonly details?: Pick<
    ConsentAnswer,
    "begunBy" | "identity" | "withheldScope" | "addedScope" | "attributes"
  >;
}

export interface Disconnected {
  readonly connection: string;
  /** Whether the provider has revoked the consent; null where it was not asked, because it has no way to. */
  readonly revoked: boolean | null;
  /** What was ended, and what the provider answered: a sentence or two. */
  readonly detail: string;
  /** True: nothing was stored, so nothing was ended. */
  readonly wasEmpty?: true;
}

/** A usable credential, ready to be put into a header. Instants are ISO 8601; null for a key that does not expire. */
export interface VendAnswer {
  readonly connection: string;
  /** Counts this connection's tokens; the number to report when the provider rejects this one. */
  readonly version: number;
  readonly header: { readonly name: string; readonly value: string };
  /** What else the request has to send; the proof too, where the token is bound to a key. */
  readonly extraHeaders?: Readonly<Record<string, string>>;
  readonly token: string;
  /** First twelve hexadecimal digits of the token's SHA-256: may be logged. */
  readonly fingerprint: string;
  readonly issuedAt: string;
  /** Until then no renewal of ours revokes the token: margins and handover are already subtracted. */
  readonly usableUntil: string | null;
  /** The expiry that the provider stated; also null when it stated none for a token that does expire. */
  readonly expiresAt: string | null;
  /** The provider's `scope`, where a person granted less or more than was asked for. */
  readonly grantedScope?: string;
  /** What the provider returned with the token or the consent and callers need, such as a tenant, by name. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** RFC 9457. The body of an HTTP response; the member `problem` of an invocation's answer. */
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
  /** With `consent-required`, for callers who may have it: the same link for all of them, until it is opened. */
  readonly consent?: ConsentLink;
}
